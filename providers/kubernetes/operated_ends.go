package kubernetes

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// others are the pods that the block "to" selects now.
func (f operated) others(s site, w *world.World) (target.Choice, error) {
	if !f.Peers || !s.config.Has("to") || !selectsPods(s.config.Block("to")) {
		return target.Choice{}, nil
	}
	choice, diags := target.Choose(target.Pod, s.config.Block("to"), w, s.session.Access.Namespaces, s.seed)
	if diags.HasErrors() {
		return choice, fmt.Errorf("choose the pods in to: %s", diagnosed(diags))
	}
	return choice, nil
}

// ends are the other ends that the block "to" names, with the pods that were chosen for it.
func (f operated) ends(s site, w *world.World, targets []*corev1.Pod, others []providers.Target) (OperatedEnds, error) {
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
	if len(others) == 0 {
		return ends, nil
	}
	chosen := podsNamed(w, uidsOf(others))
	if err := allThere(others, chosen); err != nil { // the operator knows names only: another pod may have them
		return ends, fmt.Errorf("the other ends are not those that the plan showed: %w", err)
	}
	ends.Pods = map[string][]string{}
	for _, pod := range chosen {
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

// reach notes the pods at the other ends, for the injection to name these, and for policies to count where it acts there.
func (f operated) reach(p planning, others target.Choice) {
	p.plan.Ends = others.Targets
	if f.Reaches != nil && f.Reaches(p.config) && len(others.Targets) > 0 {
		p.plan.AtEnds, p.plan.EndsPopulation = true, others.Population
		p.plan.Radius = append(p.plan.Radius, fmt.Sprintf("%d of %s at the other ends", len(others.Targets), count(others.Population, "pod", "pods")))
	}
}

// tellReach says what else is touched.
func (f operated) tellReach(p planning, ends OperatedEnds) {
	if f.Reaches != nil && f.Reaches(p.config) && len(ends.Pods) > 0 {
		p.plan.Namespaces = slices.Sorted(maps.Keys(ends.Pods)) // policies protect these, too
		p.plan.Radius = append(p.plan.Radius, f.Operator.Name+" acts at the other ends, too: pods "+podNames(ends.Pods))
	}
	if p.config.Has("evidence") {
		command := strings.Join(p.config.Block("evidence").Strings("command"), " ")
		p.plan.Radius = append(p.plan.Radius, fmt.Sprintf("%q runs in each target, before and during the fault, as evidence", command))
	}
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
