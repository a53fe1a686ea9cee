package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
)

// ask says what the operator is asked for, in the order of namespaces. Others are the pods at the other ends: those that
// were chosen when it was planned, and no others.
func (f operated) ask(ctx context.Context, s site, targets, others []providers.Target, lasts time.Duration) ([]OperatedRequest, error) {
	if f.OneShot {
		lasts = 0
	} else if lasts <= 0 {
		return nil, errLate // without a duration it would last for ever
	}
	w, err := s.session.read(ctx, freshFor)
	if err != nil {
		return nil, err
	}
	pods := podsNamed(w, uidsOf(targets))
	if err := allThere(targets, pods); err != nil { // the operator knows names only, and they must mean these pods
		return nil, err
	}
	ends, err := f.ends(s, w, pods, others)
	if err != nil {
		return nil, err
	}
	asked := map[string]OperatedRequest{}
	for _, pod := range pods {
		request := asked[pod.Namespace]
		request.Config, request.Namespace, request.Ends, request.Duration = s.config, pod.Namespace, ends, lasts
		request.Pods = append(request.Pods, pod.Name)
		if err := f.contain(&request, pod); err != nil {
			return nil, err
		}
		asked[pod.Namespace] = request
	}
	var out []OperatedRequest
	for _, namespace := range slices.Sorted(maps.Keys(asked)) {
		slices.Sort(asked[namespace].Pods)
		out = append(out, asked[namespace])
	}
	return out, nil
}

// contain names the container that is meant, which must have one name in all pods of a namespace.
func (f operated) contain(request *OperatedRequest, pod *corev1.Pod) error {
	if !f.Container {
		return nil
	}
	name, err := containerOf(pod, request.Config.String("container"))
	if err != nil {
		return err
	}
	if request.Container != "" && request.Container != name {
		return fmt.Errorf("the targets in the namespace %s have containers of several names, %s and %s: say which one with container", pod.Namespace, request.Container, name)
	}
	request.Container = name
	return nil
}

// unfit says why it can't be done to a pod; nil when it can.
func (f operated) unfit(s site, pod *corev1.Pod) error {
	name := pod.Namespace + "/" + pod.Name
	switch {
	case pod.Status.Phase != corev1.PodRunning:
		return fmt.Errorf("the pod %s is %s, and the fault needs pods that run", name, pod.Status.Phase)
	case f.OneShot && pod.Spec.RestartPolicy == corev1.RestartPolicyNever:
		return fmt.Errorf("the pod %s has restartPolicy Never, so that nothing would restart its container: choose pods of a workload", name)
	case f.Network && pod.Spec.HostNetwork:
		return fmt.Errorf("the pod %s has the network of its node, which %s does not touch: choose pods with a network of their own", name, f.Operator.Name)
	}
	var errs []error
	if f.Evidence == EvidenceByCommand && s.config.Has("evidence") {
		if _, err := containerOf(pod, s.config.Block("evidence").String("container")); err != nil {
			errs = append(errs, fmt.Errorf("evidence: %w", err))
		}
	}
	if f.Needs != nil {
		errs = append(errs, f.Needs(s.config, pod))
	}
	return errors.Join(errs...)
}
