package plan

import (
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// environmentFindings refuses environments in a denied context.
func (b *builder) environmentFindings() []Finding {
	out := []Finding{}
	for _, e := range b.needed() {
		out = append(out, CheckContext(b.req.Resolved.Policy, e.Addr.String(), source(e.Config.DeclRange), e.Plan.Outputs)...)
	}
	return out
}

// CheckContext holds the context of an environment against the policy. An
// environment says which context it is in by an output of that name: one that is
// promised before it is up, or one that it has then.
func CheckContext(policy resolve.Policy, environment string, at event.Source, outputs cty.Value) []Finding {
	name, ok := contextOf(outputs)
	denying := slices.IndexFunc(policy.DenyContext, func(pattern string) bool { return matchesAny([]string{pattern}, name) })
	if !ok || denying < 0 {
		return nil
	}
	return []Finding{{
		Severity: SeverityError, Kind: KindPolicy, Subject: environment,
		Summary: "Denied context " + name,
		Detail: fmt.Sprintf("deny_context (%s) matches the context %s of this environment. Use another context.",
			place(policy.DenyContextAt[policy.DenyContext[denying]]), name),
		Source: at,
	}}
}

func contextOf(outputs cty.Value) (string, bool) {
	if outputs == cty.NilVal || !outputs.Type().IsObjectType() || !outputs.IsKnown() || outputs.IsNull() || !outputs.Type().HasAttribute("context") {
		return "", false
	}
	value, _ := outputs.GetAttr("context").Unmark()
	if !isText(value) {
		return "", false
	}
	return value.AsString(), true
}
