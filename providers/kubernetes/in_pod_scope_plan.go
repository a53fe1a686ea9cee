package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/schema"
)

// validateEnds checks the block "to" as far as that can be without a cluster. Values may be unknown.
func validateEnds(v schema.Values) providers.Diagnostics {
	if !v.Has("to") {
		return nil
	}
	block := v.Block("to")
	diags := inEnds(target.Validate(target.Pod, block))
	for i, text := range block.Strings("cidrs") {
		if _, err := firewall.ParsePeers([]string{text}); err != nil {
			diags = append(diags, providers.Errorf(endsPath("cidrs", i), "Not an address or a network", "%s.", capital(err))...)
		}
	}
	for i, name := range block.Strings("services") {
		if namespace, service, is := strings.Cut(name, "/"); !is || namespace == "" || service == "" || strings.Contains(service, "/") {
			diags = append(diags, providers.Errorf(endsPath("services", i), "Not a service", `Expected the namespace and the name of a service, such as "shop/ledger"; found %q.`, name)...)
		}
	}
	if block.WhollyKnown() && !selectsPods(block) && len(block.Strings("cidrs"))+len(block.Strings("services"))+len(block.Strings("hosts")) == 0 {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("to"), "Nobody named", "The block selects no pods and names no services, networks or hosts. Say who the other ends are, or leave it out to mean all.")...)
	}
	return diags
}

// ends resolves the block "to" as the injection will, so that a plan refuses what the injection would, and says who is meant.
func (p planning) ends() providers.Diagnostics {
	if !p.config.Has("to") {
		return nil
	}
	block := p.config.Block("to")
	meant, diags := p.endPods(block)
	reached := len(meant) > 0
	for i, name := range block.Strings("services") {
		found, err := servicePeers([]string{name}, p.world)
		if err != nil {
			diags = append(diags, providers.Errorf(endsPath("services", i), "Unknown service", "%s.", capital(err))...)
			continue
		}
		reached = true
		meant = append(meant, fmt.Sprintf("service %s (%s)", name, count(len(found), "address", "addresses")))
	}
	if diags.HasErrors() {
		return diags
	}
	networks, hosts := block.Strings("cidrs"), block.Strings("hosts")
	if !reached && len(networks)+len(hosts) == 0 {
		return providers.Warningf(cty.GetAttrPath("to"), "Nobody at the other end", "None of the pods that are selected has an address now: if that stays so, the fault hits nothing.")
	}
	p.plan.Radius = append(p.plan.Radius, "only traffic with "+strings.Join(slices.Concat(
		meant, thoseIn("network", networks), thoseIn("host", hosts)), ", "))
	return nil
}

// endPods are the pods that a block selects and that have an address, in words; none where it names no pods at all.
func (p planning) endPods(block schema.Values) ([]string, providers.Diagnostics) {
	if !selectsPods(block) {
		return nil, nil
	}
	choice, diags := target.Choose(target.Pod, block, p.world, p.session.Access.Namespaces, p.seed)
	if diags.HasErrors() {
		return nil, inEnds(diags)
	}
	var names []string
	for _, pod := range podsNamed(p.world, uidsOf(choice.Targets)) {
		if len(pod.Status.PodIPs) > 0 {
			names = append(names, pod.Namespace+"/"+pod.Name)
		}
	}
	return thoseIn("pod", names), inEnds(diags)
}

// thoseIn is "pods a, b and 7 more", as a list of one; none where there is nothing.
func thoseIn(noun string, names []string) []string {
	if len(names) == 0 {
		return nil
	}
	if len(names) > 1 {
		noun += "s"
	}
	return []string{noun + " " + bounded(names)}
}

// bounded lists names, and counts those for which there is no room.
func bounded(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// inEnds are findings about a target block, of the block "to" that is written in the same way.
func inEnds(diags providers.Diagnostics) providers.Diagnostics {
	out := slices.Clone(diags)
	for i := range out {
		out[i].Path = append(cty.GetAttrPath("to"), out[i].Path[min(1, len(out[i].Path)):]...)
	}
	return out
}

func endsPath(attribute string, i int) cty.Path {
	return cty.GetAttrPath("to").GetAttr(attribute).IndexInt(i)
}
