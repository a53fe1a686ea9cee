package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// AccessRules lists what reading a world and keeping a claim need, then what the
// fault itself does, wherever its agents run, and what it takes to put a reaper beside it.
func (f *fault) AccessRules() []providers.AccessRule {
	rules := f.ownRules(f.rules())
	if residing(f.behavior) {
		rules = append(rules, hostRules()...)
	}
	return append(rules, f.reaperRules()...)
}

// ownRules are those that are needed with and without a reaper. Acting are those of what
// the fault itself does.
func (f *fault) ownRules(acting []providers.AccessRule) []providers.AccessRule {
	return slices.Concat(f.claiming(commonRules()), f.sweepRules(), lookUpRules(f.kind()), acting, f.huntRules(), f.admissionRules())
}

// sweepRules let a sweep read the claims of the whole fence. Faults on what lies in
// namespaces claim there, and have that right for their own claims.
func (f *fault) sweepRules() []providers.AccessRule {
	if f.namespaced() {
		return nil
	}
	return []providers.AccessRule{{Group: "coordination.k8s.io", Resource: "leases", Verbs: []string{"list"}, Why: "find the claims of faults when sweeping"}}
}

// reaperRules are those that are needed only where there is a reaper; it stands
// beside the claim.
func (f *fault) reaperRules() []providers.AccessRule {
	rules := slices.Clone(f.guardRules())
	for i := range rules {
		rules[i].Namespace = f.claimedIn(rules[i])
	}
	return rules
}

// claiming says of rules on claims where these stand.
func (f *fault) claiming(rules []providers.AccessRule) []providers.AccessRule {
	for i := range rules {
		if rules[i].Resource == "leases" {
			rules[i].Namespace = f.claimedIn(rules[i])
		}
	}
	return rules
}

// claimedIn is the namespace of claims on what lies in none; empty for that of the
// target.
func (f *fault) claimedIn(r providers.AccessRule) string {
	if f.namespaced() || r.Cluster {
		return ""
	}
	return claim.ClusterNamespace
}

// namespaced reports whether the fault's targets lie in namespaces, or are some.
func (f *fault) namespaced() bool { return f.kind() != target.Node && f.kind() != target.Cluster }

// lookUpRules are what reading the metadata of a target needs that no world holds.
func lookUpRules(kind target.Kind) []providers.AccessRule {
	resources := map[target.Kind]string{
		target.ConfigMap: "configmaps", target.Secret: "secrets", target.Claim: "persistentvolumeclaims", target.Namespace: "namespaces",
	}
	if resources[kind] == "" {
		return nil
	}
	return []providers.AccessRule{{Resource: resources[kind], Verbs: []string{"get"}, Why: "find the targets"}}
}

// permissions asks the server for every right that the fault needs. What it
// refused to list counts as missing, whatever a review says of it.
func (f *fault) permissions(ctx context.Context, p *planning) providers.Diagnostics {
	namespaces := namespacesOf(p.plan.ActsOn(), p.session.Access.Namespaces) // the claim stands in all of them
	told, err := f.rights(ctx, p.session, f.acting(*p), namespaces)
	if err != nil {
		return providers.Warningf(nil, "Permissions are not known", "The server did not say what this user may do: %s.", err)
	}
	for _, denied := range p.world.Denied {
		action := "list " + denied
		if !slices.ContainsFunc(told, func(t providers.Permission) bool { return !t.Held && t.Action == action }) {
			told = append(told, providers.Permission{Action: action, Detail: "read the cluster"})
		}
	}
	namespaces = withDenied(p.seats.beside(namespaces), p.world.Denied)
	for i := range told {
		if !told[i].Held {
			told[i].Detail = fmt.Sprintf("Needed to %s. %s", told[i].Detail, f.howToGet(namespaces, p.seats))
		}
	}
	p.plan.Permissions = told
	return nil
}

// withDenied are the namespaces in which a role would help: also those of the fence that could not be read. None, which is
// the cluster as a whole, where all of them are read.
func withDenied(namespaces, denied []string) []string {
	for _, list := range denied {
		switch _, namespace, found := strings.Cut(list, " in "); {
		case !found || slices.Contains(namespaces, namespace):
		case namespace == world.AllNamespaces:
			return nil
		default:
			namespaces = append(slices.Clone(namespaces), namespace)
		}
	}
	return namespaces
}

// acting are the rules of what the fault itself does, to what was chosen.
func (f *fault) acting(p planning) []providers.AccessRule {
	if in, is := f.behavior.(inPod); is && len(p.seats.in) > 0 {
		return p.seats.rules(in.rules())
	}
	if lean, is := f.behavior.(actingLess); is {
		return lean.actingRules(p)
	}
	return f.rules()
}

// actingLess is implemented by behaviors that with some configurations need less than the role of their type holds.
type actingLess interface {
	actingRules(p planning) []providers.AccessRule
}

// rights are those that the fault needs in namespaces, and whether they are held.
func (f *fault) rights(ctx context.Context, s *session, acting []providers.AccessRule, namespaces []string) ([]providers.Permission, error) {
	rules := f.ownRules(acting)
	if reaped(s.Access) {
		rules = append(rules, f.reaperRules()...)
	}
	return s.plans.rights.Check(ctx, s.Typed, rules, namespaces)
}

// howToGet says by which command the rights are had.
func (f *fault) howToGet(namespaces []string, at seats) string {
	command := "gameday schema -rbac " + f.typeName()
	if at.hosted() {
		command += " -privileged"
	}
	for _, ns := range namespaces {
		command += " -namespace " + ns
	}
	if len(namespaces) == 0 {
		return fmt.Sprintf("%q writes the role for it; set namespaces in the environment to need it in these only.", command)
	}
	return fmt.Sprintf("%q writes the role for it.", command)
}

// namespacesOf are those that targets lie in; without any, those of the fence.
func namespacesOf(targets []providers.Target, fence []string) []string {
	var out []string
	for _, t := range targets {
		namespace, _, found := strings.Cut(t.Name, "/")
		if t.Kind == string(target.Namespace) {
			namespace, found = t.Name, true
		}
		if found && !slices.Contains(out, namespace) {
			out = append(out, namespace)
		}
	}
	if len(out) == 0 {
		return fence
	}
	slices.Sort(out)
	return out
}
