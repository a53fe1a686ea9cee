package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// The severities and kinds of findings.
const (
	SeverityError   = "error"
	SeverityWarning = "warning"

	KindPolicy     = "policy"
	KindPermission = "permission"
	KindProvider   = "provider"
	KindSamples    = "samples"
)

// Check holds an experiment against the policy, and against the permissions
// that its faults have. Plan shows what it finds; apply checks again once the
// targets are those of an environment that is up.
func Check(policy resolve.Policy, e Experiment) []Finding {
	var out []Finding
	for _, f := range e.Faults {
		out = append(out, checkRadius(policy, e, f)...)
		out = append(out, checkEnds(policy, e, f)...)
		out = append(out, checkPermissions(e, f)...)
	}
	if !slices.ContainsFunc(out, func(f Finding) bool { return f.Severity == SeverityError }) {
		out = append(out, checkUnion(policy, e)...)
	}
	return out
}

// checkRadius compares the share of targets that one fault acts on with the
// share that the policy allows.
func checkRadius(policy resolve.Policy, e Experiment, f Fault) []Finding {
	if policy.MaxTargetsPercent >= 100 {
		return nil
	}
	if f.Unknown != "" {
		return []Finding{{
			Severity: SeverityWarning, Kind: KindPolicy, Subject: e.Address + "." + f.Address,
			Summary: "Blast radius not known yet",
			Detail: fmt.Sprintf("The policy allows %s of the targets. How many this fault acts on is not known yet (%s); apply checks it before the injection.",
				percentText(policy.MaxTargetsPercent), f.Unknown),
			Source: f.Source,
		}}
	}
	if f.Dynamic {
		return []Finding{{
			Severity: SeverityError, Kind: KindPolicy, Subject: e.Address + "." + f.Address,
			Summary: "Blast radius without a bound",
			Detail: fmt.Sprintf("With dynamic_targets, whatever matches and appears becomes a target, too, where max_targets_percent allows %s (%s). Leave dynamic_targets out.",
				percentText(policy.MaxTargetsPercent), place(policy.MaxTargetsAt)),
			Source: f.Source,
		}}
	}
	switch n := len(f.Targets); {
	case n > 0 && f.Population == 0:
		return []Finding{uncounted(policy, e.Address+"."+f.Address, f)}
	case percentOf(n, f.Population) > policy.MaxTargetsPercent:
		return []Finding{tooMany(policy, e.Address+"."+f.Address, f, n, f.Population)}
	}
	return nil
}

// uncounted tells of targets that are a share of nobody knows how many. It is no error, as no choice in the target block
// could mend it, unless nothing is allowed at all.
func uncounted(policy resolve.Policy, subject string, f Fault) Finding {
	finding := Finding{
		Severity: SeverityWarning, Kind: KindPolicy, Subject: subject,
		Summary: "Blast radius cannot be judged",
		Detail: fmt.Sprintf("max_targets_percent allows %s of the targets (%s). This fault acts on %d, and how many there are of that kind is not known: those that are chosen by name are not counted. See yourself that these are not too many.",
			percentText(policy.MaxTargetsPercent), place(policy.MaxTargetsAt), len(f.Targets)),
		Source: f.Source,
	}
	if policy.MaxTargetsPercent == 0 {
		finding.Severity = SeverityError
	}
	return finding
}

func tooMany(policy resolve.Policy, subject string, f Fault, n, of int) Finding {
	return Finding{
		Severity: SeverityError, Kind: KindPolicy, Subject: subject,
		Summary: "Blast radius larger than the policy allows",
		Detail: fmt.Sprintf("%d of %d targets (%s), where max_targets_percent allows %s (%s). Choose fewer in the target block.",
			n, of, percentText(percentOf(n, of)), percentText(policy.MaxTargetsPercent), place(policy.MaxTargetsAt)),
		Source: f.Source,
	}
}

func checkPermissions(e Experiment, f Fault) []Finding {
	var out []Finding
	for _, p := range f.Permissions {
		if p.Held {
			continue
		}
		out = append(out, Finding{
			Severity: SeverityError, Kind: KindPermission, Subject: e.Address + "." + f.Address,
			Summary: "Missing permission: " + p.Action,
			Detail:  p.Detail,
			Source:  f.Source,
		})
	}
	return out
}

// protected finds a fault in a protected namespace. kube-system is protected whether a policy names it or not.
func protected(policy resolve.Policy, f *resolve.Fault, config schema.Values, planned providers.FaultPlan) []Finding {
	names := append([]string{"kube-system"}, policy.ProtectedNamespaces...)
	hit := func(namespace string) bool { return matchesAny(names, namespace) }

	found := map[string]bool{}
	for _, namespace := range actsIn(config.Block("target"), planned) {
		if hit(namespace) {
			found[namespace] = true
		}
	}
	var out []Finding
	for _, namespace := range sortedKeys(found) {
		out = append(out, Finding{
			Severity: SeverityError, Kind: KindPolicy, Subject: f.Addr.String(),
			Summary: "Protected namespace " + namespace,
			Detail:  fmt.Sprintf("No fault may act in %s (protected: %s).", namespace, strings.Join(sortedSet(names), ", ")),
			Source:  source(f.Range),
		})
	}
	return out
}

func isText(v cty.Value) bool {
	return v != cty.NilVal && v.Type() == cty.String && !v.IsMarked() && v.IsKnown() && !v.IsNull()
}

// matchesAny compares by pattern: * and ? stand for any text and any character, also for a slash, of which the contexts of
// managed clusters are full ("arn:aws:eks:eu-central-1:123456789012:cluster/prod").
func matchesAny(patterns []string, name string) bool {
	plain := func(text string) string { return strings.ReplaceAll(text, "/", "\x00") } // a slash is all that path.Match takes for special
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matched, err := path.Match(plain(pattern), plain(name))
		return matched || err != nil // resolve refuses what is no pattern: where one comes here, it must not open what it was to close
	})
}

func place(at hcl.Range) string { return fmt.Sprintf("%s:%d", source(at).File, at.Start.Line) }
