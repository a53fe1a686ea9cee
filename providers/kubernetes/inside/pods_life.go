package inside

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
)

func (p *pods) create(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	name := name(p.run, p.environment, p.number)
	_, err := p.api().Create(ctx, pod(p.cluster.Access, p.run, name, p.avoid), metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create the prober pod: %w", err)
	}
	p.current, p.lost = name, time.Time{}
	return nil
}

// running waits a moment for the pod to run. One that has ended or is about to is
// forgotten.
func (p *pods) running(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startPart)
	defer cancel()
	var why error
	err := wait.PollUntilContextCancel(ctx, lookEvery, true, func(ctx context.Context) (bool, error) {
		found, err := p.api().Get(ctx, p.current, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			return false, p.forget("was deleted")
		case err != nil:
			// Nothing is known of the pod while the API server does not answer.
			p.lost, why = time.Time{}, fmt.Errorf("look for the prober pod: %w", err)
			return false, nil
		case found.DeletionTimestamp != nil:
			return false, p.forget("is being deleted")
		case found.Status.Phase == corev1.PodFailed || found.Status.Phase == corev1.PodSucceeded:
			return false, errors.Join(p.forget("has ended"), p.delete(ctx, found.Name))
		}
		p.node, why = found.Spec.NodeName, notRunning(found)
		return why == nil, nil
	})
	if err != nil && why != nil {
		return why
	}
	return err
}

// notRunning says why a pod does not run; nil when it does.
func notRunning(found *corev1.Pod) error {
	if found.Status.Phase == corev1.PodRunning {
		return nil
	}
	for _, s := range found.Status.ContainerStatuses {
		if w := s.State.Waiting; w != nil {
			return fmt.Errorf("the prober pod %s does not run: %s: %s", found.Name, w.Reason, w.Message)
		}
	}
	for _, c := range found.Status.Conditions {
		if c.Status == corev1.ConditionFalse && c.Message != "" {
			return fmt.Errorf("the prober pod %s does not run: %s: %s", found.Name, c.Reason, c.Message)
		}
	}
	return fmt.Errorf("the prober pod %s does not run yet", found.Name)
}

// judge gives up a pod that has been out of reach for too long, while the API
// server could be asked.
func (p *pods) judge(ctx context.Context) error {
	if p.lost.IsZero() {
		p.lost = time.Now()
	}
	if time.Since(p.lost) < replaceAfter {
		return nil
	}
	if p.node != "" {
		p.avoid = append(p.avoid, p.node)
	}
	gone := p.current
	return errors.Join(p.forget("could not be reached for "+replaceAfter.String()), p.delete(ctx, gone))
}

// forget has the next call make a new pod.
func (p *pods) forget(why string) error {
	err := fmt.Errorf("the prober pod %s %s", p.current, why)
	p.number++
	p.current, p.lost = "", time.Time{}
	return err
}

// delete deletes a pod at once: it has nothing to end.
func (p *pods) delete(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	err := p.api().Delete(ctx, name, metav1.DeleteOptions{GracePeriodSeconds: new(int64)})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete the prober pod %s: %w", name, err)
	}
	return nil
}

// remove deletes the pod that there is, as soon as the API server takes it. What
// is left then ends by itself.
func (p *pods) remove() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), goPatience)
	defer cancel()
	var why error
	err := wait.PollUntilContextCancel(ctx, lookEvery, true, func(ctx context.Context) (bool, error) {
		why = p.delete(ctx, p.current)
		return why == nil, nil
	})
	if err != nil {
		return fmt.Errorf("%w; it ends by itself, and gameday sweep removes it", why)
	}
	_ = p.forget("is not needed any more")
	return nil
}
