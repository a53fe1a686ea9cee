package resident

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// ErrGone says that the pod is not there any more, or another one has its name.
// Nothing of a fault is left in it.
var ErrGone = errors.New("the pod is gone")

// Keeper puts agents into pods, one at a time in each. The zero value is ready.
type Keeper struct {
	pods sync.Map // of mutexes, by UID
}

// Ensure returns the name of an agent that runs in the pod, one that is there or a
// new one, which waits for a fault as long as wait. It is of the image that the cluster's access names.
func (k *Keeper) Ensure(ctx context.Context, c *cluster.Cluster, step claim.PodStep, wait time.Duration) (string, error) {
	if hosted(step) { // it was made for this fault
		return k.ensure(ctx, c, step, c.Access.AgentImage, wait)
	}
	return k.ask(ctx, c, step, wait, func() wire.Request { return wire.Request{Op: wire.Status, ID: standby, Stay: wait} })
}

// standby stands for a fault that has no id yet.
const standby = "stand-by"

func (k *Keeper) ensure(ctx context.Context, c *cluster.Cluster, step claim.PodStep, imageName string, wait time.Duration) (string, error) {
	of, _ := k.pods.LoadOrStore(step.UID, &sync.Mutex{})
	lock := of.(*sync.Mutex) //nolint:forcetypeassert // nothing else is stored
	lock.Lock()
	defer lock.Unlock()
	if hosted(step) {
		return hostContainer, ensureHost(ctx, c, step, imageName, wait)
	}
	name, err := ensure(ctx, c, step, imageName, wait)
	if err != nil {
		return "", fmt.Errorf("put gameday's agent into pod %s/%s: %w", step.Namespace, step.Pod, err)
	}
	return name, nil
}

func ensure(ctx context.Context, c *cluster.Cluster, step claim.PodStep, imageName string, wait time.Duration) (string, error) {
	pod, err := get(ctx, c, step)
	if err != nil {
		return "", err
	}
	if name := ofImage(agents(pod, step, runs), imageName); name != "" {
		return name, nil
	}
	name := ofImage(agents(pod, step, starts), imageName)
	for name == "" {
		if imageName == "" {
			return "", errNoImage
		}
		added := container(pod, step, imageName, wait)
		made, err := add(ctx, c, pod, added)
		switch {
		case apierrors.IsConflict(err): // somebody changed the pod meanwhile
			if pod, err = get(ctx, c, step); err != nil {
				return "", err
			}
		case err != nil:
			return "", err
		default:
			pod, name = made, added.Name
		}
	}
	return name, await(ctx, c, pod, name)
}

// errNoImage says that an agent is needed and nobody knows its image.
var errNoImage = errors.New("expected an image of gameday's agent, found none: name it by agent_image in the environment, and sweep the folder of that configuration")

// get reads the pod that is meant, and no other of its name.
func get(ctx context.Context, c *cluster.Cluster, step claim.PodStep) (*corev1.Pod, error) {
	pod, err := c.Typed.CoreV1().Pods(step.Namespace).Get(ctx, step.Pod, metav1.GetOptions{})
	if apierrors.IsNotFound(err) || err == nil && string(pod.UID) != step.UID {
		return nil, ErrGone
	}
	return pod, err
}

// add asks for an agent by a patch that does nothing if the pod has changed, so that
// two runs never ask under one name.
func add(ctx context.Context, c *cluster.Cluster, pod *corev1.Pod, added corev1.EphemeralContainer) (*corev1.Pod, error) {
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"resourceVersion": pod.ResourceVersion, "uid": pod.UID},
		"spec":     map[string]any{"ephemeralContainers": []corev1.EphemeralContainer{added}},
	})
	if err != nil {
		return nil, err
	}
	return c.Typed.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "ephemeralcontainers")
}

// mostStart is how long an agent may take until it runs: its image may have to be
// pulled.
const mostStart = 2 * time.Minute

// await watches until the agent runs.
func await(ctx context.Context, c *cluster.Cluster, pod *corev1.Pod, name string) error {
	ctx, cancel := context.WithTimeout(ctx, mostStart)
	defer cancel()
	last := pod
	for {
		w, err := c.Typed.CoreV1().Pods(pod.Namespace).Watch(ctx, metav1.ListOptions{
			FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, pod.Name).String(), ResourceVersion: last.ResourceVersion,
		})
		if err != nil {
			return notStarted(last, name, err)
		}
		done, err := follow(w, name, &last)
		w.Stop()
		if done || err != nil {
			return err
		}
		if ctx.Err() != nil {
			return notStarted(last, name, context.Cause(ctx))
		}
		if last, err = get(ctx, c, claim.PodStep{Namespace: pod.Namespace, Pod: pod.Name, UID: string(pod.UID)}); err != nil {
			return notStarted(last, name, err)
		}
	}
}

// follow reads a watch until the agent runs or can't, or the watch ends.
func follow(w watch.Interface, name string, last **corev1.Pod) (done bool, err error) {
	for event := range w.ResultChan() {
		pod, is := event.Object.(*corev1.Pod)
		if !is {
			return false, nil // the watch is too old: read again
		}
		*last = pod
		s := statusOf(pod, name)
		switch {
		case event.Type == watch.Deleted:
			return false, ErrGone
		case s != nil && s.State.Running != nil:
			return true, nil
		case s != nil && s.State.Terminated != nil:
			return false, notStarted(pod, name, errEnded)
		}
	}
	return false, nil
}

var errEnded = errors.New("it has ended")

func notStarted(pod *corev1.Pod, name string, err error) error {
	if pod == nil {
		return err
	}
	return fmt.Errorf("container %s does not run (%s): %w", name, waits(pod, name), err)
}
