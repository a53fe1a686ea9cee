package resolve

import (
	"path"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"

	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/lang"
)

// alwaysProtected is protected whether a policy names it or not.
const alwaysProtected = "kube-system"

func newPolicy() Policy {
	return Policy{ProtectedNamespaces: []string{alwaysProtected}, MaxTargetsPercent: 100, DenyContextAt: map[string]hcl.Range{}}
}

// policies adds those of a module to the policy of the run.
func (m *module) policies() {
	for _, cfg := range m.cfg.Policies {
		m.policy(cfg)
	}
}

func (m *module) policy(cfg *config.Policy) {
	value, diags := hcldec.Decode(cfg.Body, lang.Policy().Spec(), m.ctx)
	m.r.diags.add(diags)
	if diags.HasErrors() {
		return
	}
	if !value.IsWhollyKnown() && !m.r.takesUnknown() {
		m.r.diags.errorf(cfg.DeclRange, "Unknown value in policy", "A policy must be known before anything runs, but something in it is known only once an environment is up.")
		return
	}
	values := schema.NewValues(lang.Plain(value))
	for _, name := range []string{"protected_namespaces", "deny_context"} {
		m.checkPatterns(cfg, name, values.Strings(name))
	}
	m.r.out.Policy.merge(values, cfg.DeclRange)
}

// checkPatterns refuses what can't be compared with: a guardrail must not be open for a slip of the pen.
func (m *module) checkPatterns(cfg *config.Policy, name string, patterns []string) {
	at := cfg.DeclRange
	if attrs, _ := cfg.Body.JustAttributes(); attrs[name] != nil { // what is wrong with the rest was told by Decode
		at = attrs[name].Expr.Range()
	}
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			m.r.diags.errorf(at, "Invalid pattern", "%q is no pattern: expected text in which * stands for any text, ? for one character and [a-z] for one of some; \\ takes the meaning from what follows.", pattern)
		}
	}
}

// merge keeps the strictest of each limit, and which block set it.
func (p *Policy) merge(v schema.Values, at hcl.Range) {
	p.ProtectedNamespaces = union(p.ProtectedNamespaces, v.Strings("protected_namespaces"))
	p.DenyContext = union(p.DenyContext, v.Strings("deny_context"))
	for _, pattern := range v.Strings("deny_context") {
		if _, known := p.DenyContextAt[pattern]; !known {
			p.DenyContextAt[pattern] = at
		}
	}
	if most := v.Float("max_targets_percent"); v.Known("max_targets_percent") && most < p.MaxTargetsPercent {
		p.MaxTargetsPercent, p.MaxTargetsAt = most, at
	}
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
