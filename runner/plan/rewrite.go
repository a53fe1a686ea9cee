package plan

import (
	"maps"
	"slices"

	"github.com/gameday-dev/gameday/providers"
)

// rewriter changes texts of a plan. What a plan shares with a provider is copied
// first, as the provider's is not to change.
type rewriter func(string) string

// newRewriter takes secrets out, and shortens paths.
func newRewriter(redact redactor) rewriter {
	shorten := newShortener()
	return func(text string) string { return shorten.text(redact.text(text)) }
}

// plan rewrites all that providers and descriptions say. It leaves addresses,
// conditions (which are source text) and targets alone: by the names of its
// targets a fault is injected.
func (r rewriter) plan(p *Plan) {
	for i := range p.Environments {
		r.environment(&p.Environments[i].EnvironmentPlan)
	}
	for i := range p.Experiments {
		r.experiment(&p.Experiments[i])
	}
	r.findings(p.Findings)
}

func (r rewriter) findings(all []Finding) {
	for i := range all {
		f := &all[i]
		f.Summary, f.Detail = r(f.Summary), r(f.Detail)
	}
}

func (r rewriter) environment(p *providers.EnvironmentPlan) {
	p.Summary, p.Undo, p.Steps = r(p.Summary), r(p.Undo), r.texts(p.Steps)
	p.Labels = slices.Clone(p.Labels)
	for i := range p.Labels {
		p.Labels[i].Labels = r.labels(p.Labels[i].Labels)
	}
}

func (r rewriter) experiment(e *Experiment) {
	e.Description, e.Labels = r(e.Description), r.labels(e.Labels)
	for i := range e.Loads {
		e.Loads[i].Summary = r(e.Loads[i].Summary)
	}
	for i := range e.Probes {
		e.Probes[i].Summary = r(e.Probes[i].Summary)
	}
	for i := range e.Rollback {
		e.Rollback[i].Summary = r(e.Rollback[i].Summary)
	}
	for i := range e.Faults {
		r.fault(&e.Faults[i].FaultPlan)
	}
}

func (r rewriter) fault(p *providers.FaultPlan) {
	p.Effect, p.Unknown = r(p.Effect), r(p.Unknown)
	p.Undo, p.Guard = r(p.Undo), r(p.Guard)
	p.Radius, p.Adds = r.texts(p.Radius), r.texts(p.Adds)
	p.Counted.Namespaces = r.texts(p.Counted.Namespaces) // the policy was held against them before
	p.Permissions = slices.Clone(p.Permissions)
	for i := range p.Permissions {
		p.Permissions[i].Action = r(p.Permissions[i].Action)
		p.Permissions[i].Detail = r(p.Permissions[i].Detail)
	}
}

func (r rewriter) texts(in []string) []string {
	out := slices.Clone(in)
	for i := range out {
		out[i] = r(out[i])
	}
	return out
}

func (r rewriter) labels(in map[string]string) map[string]string {
	out := maps.Clone(in)
	for key, value := range out {
		out[key] = r(value)
	}
	return out
}
