package kubernetes

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// podFailure is kubernetes_pod_failure. Images are among the few things of a pod
// that may be changed while it lives.
type podFailure struct {
	changing
	noChecks
}

// failed is what inject, observe and settled need to know: the images that do
// nothing, by pod UID, and the containers that ran before, by pod UID and name.
type failed struct {
	Images map[string]string            `json:"images"`
	Before map[string]map[string]string `json:"before"` // container ids; empty where none ran
}

func (podFailure) typeName() string  { return "kubernetes_pod_failure" }
func (podFailure) kind() target.Kind { return target.Pod }

func (podFailure) schema() *schema.Block {
	return &schema.Block{
		Description: "Makes pods fail and stay: their containers run an image that does nothing, and then their own again. The pods keep their names, addresses and nodes.",
		Attributes: []schema.Attribute{
			{Name: "image", Type: text(), Example: `"registry.k8s.io/pause:3.9"`, Description: "The image that does nothing. Nodes must have it or be able to pull it. Without it, the pause image that each pod's node has already; where a node lists none, " + pauseImage + "."},
			dynamicTargets(),
		},
		Blocks: []schema.NestedBlock{target.Block(target.Pod)},
	}
}

func (podFailure) rules() []providers.AccessRule {
	return []providers.AccessRule{{Resource: "pods", Verbs: []string{"get", "patch"}, Why: "exchange the images of their containers, and put them back"}}
}

func (podFailure) plan(ctx context.Context, p planning) providers.Diagnostics {
	p.plan.Undo = "puts the images back, which stand in an annotation of the pod; the kubelet restarts the containers with them"
	image, diags := p.pauses(ctx)
	p.plan.Effect = "runs " + image + " in every container of each pod"
	return diags
}

func (f podFailure) intend(ctx context.Context, p preparation) (intent, error) {
	made, err := f.changing.intend(ctx, p)
	if err != nil {
		return intent{}, err
	}
	data := failed{Images: map[string]string{}, Before: map[string]map[string]string{}}
	pauses := nodePauses{list: p.session.Typed.CoreV1().Nodes()}
	for _, t := range p.targets {
		pod, err := p.session.pod(ctx, t)
		if err != nil {
			return intent{}, err
		}
		if data.Images[t.UID] = p.config.String("image"); data.Images[t.UID] == "" {
			data.Images[t.UID], _ = pauses.on(ctx, pod.Spec.NodeName) // the plan has told of nodes without one
		}
		data.Before[t.UID] = map[string]string{}
		for i := range pod.Status.ContainerStatuses {
			if c := &pod.Status.ContainerStatuses[i]; c.State.Running != nil {
				data.Before[t.UID][c.Name] = c.ContainerID
			}
		}
	}
	made.data = data
	return made, nil
}

// pod reads the pod of a target. A replacement under its name is an error as if
// there were none.
func (s *session) pod(ctx context.Context, t providers.Target) (*corev1.Pod, error) {
	namespace, name, _ := strings.Cut(t.Name, "/")
	pod, err := s.Typed.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
	if err == nil && string(pod.UID) != t.UID {
		return nil, apierrors.NewNotFound(corev1.Resource("pods"), name)
	}
	return pod, err
}

func (podFailure) inject(ctx context.Context, i injection) error {
	var data failed
	if err := decode(i.data, &data); err != nil {
		return err
	}
	return i.change(ctx, func(t providers.Target) ([]undo.Edit, error) {
		pod, err := i.session.pod(ctx, t)
		if err != nil {
			return nil, err
		}
		var edits []undo.Edit
		for n := range pod.Spec.Containers {
			edits = append(edits, undo.Edit{Pointer: fmt.Sprintf("/spec/containers/%d/image", n), To: data.Images[t.UID]})
		}
		return edits, nil
	})
}

func (podFailure) isPrey(schema.Values, *corev1.Pod) bool { return true }

// observe takes as evidence that no container is the one that ran before.
func (podFailure) observe(ctx context.Context, l look) ([]finding, error) {
	var data failed
	if err := decode(l.data, &data); err != nil {
		return nil, err
	}
	return l.each(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		pod, err := l.session.pod(ctx, t)
		if err != nil {
			return finding{}, err
		}
		var facts []providers.Fact
		for i := range pod.Status.ContainerStatuses {
			c := &pod.Status.ContainerStatuses[i]
			if data.Before[t.UID][c.Name] == "" {
				continue // it did not run before: that it does not now proves nothing
			}
			if c.State.Running != nil && c.ContainerID == data.Before[t.UID][c.Name] {
				return finding{detail: "container " + c.Name + " still runs its own image"}, nil
			}
			facts = append(facts, providers.Fact{
				Name: "container_replaced", Text: fmt.Sprintf("container %s of %s %s", c.Name, t.Name, doing(c)), Value: float64(c.RestartCount), Unit: "restarts",
			})
		}
		return finding{facts: facts}, nil
	})
}

// doing says what a container does, in words.
func doing(c *corev1.ContainerStatus) string {
	switch {
	case c.State.Running != nil:
		return "runs " + c.Image
	case c.State.Waiting != nil:
		return "does not run: " + c.State.Waiting.Reason
	case c.State.Terminated != nil:
		return "does not run: " + c.State.Terminated.Reason
	default:
		return "does not run"
	}
}

// settled waits for the kubelet: the containers that ran before run again, with
// their own images.
func (podFailure) settled(ctx context.Context, l look) (string, error) {
	var data failed
	if err := decode(l.data, &data); err != nil {
		return "", err
	}
	var missing []string
	for _, t := range l.record.Targets {
		pod, err := l.session.pod(ctx, t)
		if apierrors.IsNotFound(err) {
			continue // replaced: its replacement never had another image
		}
		if err != nil {
			return "", err
		}
		for i := range pod.Status.ContainerStatuses {
			c := &pod.Status.ContainerStatuses[i]
			if ran := data.Before[t.UID][c.Name] != ""; ran && (c.State.Running == nil || runs(c, data.Images[t.UID])) {
				missing = append(missing, fmt.Sprintf("container %s of %s %s", c.Name, t.Name, doing(c)))
			}
		}
	}
	return strings.Join(missing, "; "), nil
}

// runs reports whether a container's image is the one named. Runtimes complete
// names, and of an image by digest they may tell nothing else.
func runs(c *corev1.ContainerStatus, image string) bool {
	if _, digest, found := strings.Cut(image, "@"); found {
		return strings.HasSuffix(c.ImageID, digest)
	}
	return c.Image == image || strings.HasSuffix(c.Image, "/"+image)
}
