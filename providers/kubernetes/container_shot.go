package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes"
)

// shot is a container as it was before it was killed.
type shot struct {
	nodes.Shot
	Pod      string `json:"pod"` // UID
	Name     string `json:"name"`
	Restarts int32  `json:"restarts"`
}

// aim finds the container of a pod as it runs now.
func aim(ctx context.Context, p preparation, pod *corev1.Pod) (shot, error) {
	name, err := containerOf(pod, p.config.String("container"))
	if err != nil {
		return shot{}, err
	}
	status := statusOf(pod, name)
	if status == nil || status.State.Running == nil {
		return shot{}, fmt.Errorf("container %s of pod %s/%s does not run, so that it cannot be killed", name, pod.Namespace, pod.Name)
	}
	node, err := nodes.Reach(ctx, p.session.Cluster, pod.Spec.NodeName)
	if err != nil {
		return shot{}, err
	}
	_, id, _ := strings.Cut(status.ContainerID, "://") // "containerd://5f3a…"
	return shot{nodes.Shot{Node: node, Container: id, Namespace: pod.Namespace}, string(pod.UID), name, status.RestartCount}, nil
}

func statusOf(pod *corev1.Pod, container string) *corev1.ContainerStatus {
	for i := range pod.Status.ContainerStatuses {
		if c := &pod.Status.ContainerStatuses[i]; c.Name == container {
			return c
		}
	}
	return nil
}

func shotsOf(data json.RawMessage) ([]shot, error) {
	var shots []shot
	err := decode(data, &shots)
	return shots, err
}

// observe takes as evidence that the container with the id of before does not run
// any more.
func (containerKill) observe(ctx context.Context, l look) ([]finding, error) {
	shots, err := shotsOf(l.data)
	if err != nil {
		return nil, err
	}
	var out []finding
	for n, t := range l.record.Targets {
		f := finding{target: t.Name, state: providers.Absent, detail: "container " + shots[n].Name + " runs on"}
		switch pod, err := l.session.pod(ctx, t); {
		case apierrors.IsNotFound(err):
			f.detail = "the pod is gone"
		case err != nil:
			return nil, err
		default:
			if fact, ended := shots[n].ended(t, statusOf(pod, shots[n].Name)); ended {
				f.state, f.detail, f.facts = providers.Active, "", []providers.Fact{fact}
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// ended is the fact that a container does not run any more.
func (s shot) ended(t providers.Target, now *corev1.ContainerStatus) (providers.Fact, bool) {
	if now == nil || now.State.Running != nil && strings.HasSuffix(now.ContainerID, s.Container) {
		return providers.Fact{}, false
	}
	text := fmt.Sprintf("container %s of %s (%.12s) has ended", s.Name, t.Name, s.Container)
	if more := now.RestartCount - s.Restarts; more > 0 {
		text += fmt.Sprintf(", restarts went from %d to %d", s.Restarts, now.RestartCount)
	}
	return providers.Fact{Name: "container_ended", Text: text, Value: float64(now.RestartCount - s.Restarts), Unit: "restarts"}, true
}

// settling waits for the kubelets: the containers run again.
func (containerKill) settling(ctx context.Context, l look) (string, error) {
	shots, err := shotsOf(l.data)
	if err != nil {
		return "", err
	}
	var missing []string
	for n, t := range l.record.Targets {
		pod, err := l.session.pod(ctx, t)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return "", err
		}
		if c := statusOf(pod, shots[n].Name); c == nil || c.State.Running == nil {
			missing = append(missing, fmt.Sprintf("container %s of %s does not run yet", shots[n].Name, t.Name))
		}
	}
	return strings.Join(missing, "; "), nil
}
