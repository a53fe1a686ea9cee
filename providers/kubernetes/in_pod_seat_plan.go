package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
)

// tellSeats says in a plan where the agents will run.
func (f inPod) tellSeats(p planning) {
	image := p.session.Access.AgentImage
	for _, ns := range sortedKeys(p.seats.in) {
		at := p.seats.in[ns]
		if at.host == "" {
			continue
		}
		p.plan.Radius = append(p.plan.Radius, fmt.Sprintf("one privileged pod (%s) in namespace %s on the node of each pod in %s (%s), as %s",
			image, at.host, ns, strings.Join(nodesUnder(p, ns), ", "), at.why))
	}
	const undo = "the agent on the node of each pod takes back what it added in the pod; its own pod is removed"
	switch hosted := p.seats.hosted(); {
	case p.seats.outsideOnly() && hosted:
		p.plan.Undo = undo
	case hosted:
		p.plan.Radius = append(p.plan.Radius, fmt.Sprintf("one ephemeral container (%s) in each other pod", image))
		p.plan.Undo += "; where it is no container of the pod, " + undo
	case !p.seats.outsideOnly():
		p.plan.Radius = append(p.plan.Radius, fmt.Sprintf("one ephemeral container (%s) in each pod", image))
	}
}

// outsideOnly reports whether no agent is in a pod that is hit.
func (s seats) outsideOnly() bool {
	for _, at := range s.in {
		if at.why == "" {
			return false
		}
	}
	return len(s.in) > 0
}

// hosted reports whether an agent runs in a pod of its own.
func (s seats) hosted() bool {
	for _, at := range s.in {
		if at.host != "" {
			return true
		}
	}
	return false
}

// nodesUnder are the nodes of the targets in a namespace.
func nodesUnder(p planning, namespace string) []string {
	var out []string
	for _, pod := range podsNamed(p.world, uidsOf(p.choice.Targets)) {
		if pod.Namespace == namespace && !slices.Contains(out, pod.Spec.NodeName) {
			out = append(out, pod.Spec.NodeName)
		}
	}
	slices.Sort(out)
	return out
}

// refusals are what makes the fault impossible.
func (s seats) refusals() providers.Diagnostics {
	var diags providers.Diagnostics
	for _, ns := range sortedKeys(s.in) {
		if at := s.in[ns]; at.remedy != "" {
			diags = append(diags, providers.Errorf(nil, "The agent would be refused", "%s. %s.", capitalText(at.why), capitalText(at.remedy))...)
		}
	}
	return diags
}

// hostRules are what an agent takes that runs in a pod of its own.
func hostRules() []providers.AccessRule {
	return []providers.AccessRule{
		{Resource: "pods", Verbs: []string{"get", "list", "watch", "create", "delete"}, Privileged: true, Why: "put gameday's agent on the nodes of pods that it can't be put into, and remove it"},
		{Resource: "pods/exec", Verbs: []string{"get", "create"}, Privileged: true, Why: "speak to gameday's agent there"},
	}
}

// rules are those that the agents take where they run. Inside are those in the pods.
func (s seats) rules(inside []providers.AccessRule) []providers.AccessRule {
	var out []providers.AccessRule
	for _, ns := range sortedKeys(s.in) {
		at := s.in[ns]
		if at.host == "" {
			out = append(out, placed(inside, ns)...)
			continue
		}
		see := []providers.AccessRule{
			{Resource: "pods", Verbs: []string{"get"}, Why: "see whether they are there"},
			{Resource: "namespaces", Verbs: []string{"get"}, Why: "see whether Pod Security admits gameday's agent"},
		}
		out = append(append(out, placed(see, ns)...), placed(hostRules(), at.host)...)
	}
	return out
}

// placed are rules in one namespace.
func placed(rules []providers.AccessRule, namespace string) []providers.AccessRule {
	out := slices.Clone(rules)
	for i := range out {
		if !out[i].Cluster {
			out[i].Namespace = namespace
		}
	}
	return out
}

// beside are namespaces, and those of agents' own pods.
func (s seats) beside(namespaces []string) []string {
	out := slices.Clone(namespaces)
	for _, ns := range sortedKeys(s.in) {
		if host := s.in[ns].host; host != "" && !slices.Contains(out, host) {
			out = append(out, host)
		}
	}
	return out
}
