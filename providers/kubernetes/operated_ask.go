package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// ask says what the operator is asked for, in the order of namespaces.
func (f operated) ask(ctx context.Context, s site, targets []providers.Target, lasts time.Duration) ([]OperatedRequest, error) {
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
	ends, err := f.ends(s, w, pods)
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

// ends are the other ends that the block "to" selects.
func (f operated) ends(s site, w *world.World, targets []*corev1.Pod) (OperatedEnds, error) {
	var ends OperatedEnds
	if !f.Peers || !s.config.Has("to") {
		return ends, nil
	}
	block := s.config.Block("to")
	networks, err := firewall.ParsePeers(block.Strings("cidrs"))
	if err != nil {
		return ends, err
	}
	services, err := servicePeers(block.Strings("services"), w)
	if err != nil {
		return ends, err
	}
	ends.Networks, ends.Hosts = slices.Concat(networks, services), block.Strings("hosts")
	if !selectsPods(block) {
		return ends, nil
	}
	choice, diags := target.Choose(target.Pod, block, w, s.session.Access.Namespaces, s.seed)
	if diags.HasErrors() {
		return ends, fmt.Errorf("choose the pods in to: %s", diagnosed(diags))
	}
	ends.Pods = map[string][]string{}
	for _, pod := range podsNamed(w, uidsOf(choice.Targets)) {
		if err := f.fitsPeer(pod, targets); err != nil {
			return ends, err
		}
		ends.Pods[pod.Namespace] = append(ends.Pods[pod.Namespace], pod.Name)
	}
	return ends, nil
}

// fitsPeer refuses other ends at which the operator could not act.
func (f operated) fitsPeer(pod *corev1.Pod, targets []*corev1.Pod) error {
	name := pod.Namespace + "/" + pod.Name
	switch {
	case pod.Status.Phase != corev1.PodRunning:
		return fmt.Errorf("the pod %s in to is %s, and the fault needs pods that run", name, pod.Status.Phase)
	case pod.Spec.HostNetwork:
		return fmt.Errorf("the pod %s in to has the network of its node, which %s does not touch: name its address in cidrs", name, f.Operator.Name)
	case f.Apart && slices.ContainsFunc(targets, func(t *corev1.Pod) bool { return t.UID == pod.UID }):
		return fmt.Errorf("the pod %s is a target and in to: %s would undo one side of it by the other; let the two have no pod in common", name, f.Operator.Name)
	}
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

// podNames are pods by namespace, for people.
func podNames(by map[string][]string) string {
	var names []string
	for _, namespace := range slices.Sorted(maps.Keys(by)) {
		for _, name := range by[namespace] {
			names = append(names, namespace+"/"+name)
		}
	}
	return strings.Join(names, ", ")
}
