package plan

import (
	"context"
	"runtime"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/sync/errgroup"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// faultResult is what planning one fault gave.
type faultResult struct {
	plan     providers.FaultPlan
	findings []Finding
	diags    hcl.Diagnostics
}

// planFaults asks every chosen fault's provider for its plan, several at once
// as some of them wait for a network. Results are in the order of the faults,
// so that it does not show who answered first.
func (b *builder) planFaults(ctx context.Context) []faultResult {
	states := b.states()
	var group errgroup.Group
	group.SetLimit(4 * runtime.GOMAXPROCS(0))
	var results []*faultResult
	for _, e := range b.chosen.experiments {
		for _, f := range e.Faults {
			r := &faultResult{}
			results = append(results, r)
			group.Go(func() error {
				*r = b.planFault(ctx, f, states[e.Environment])
				return nil
			})
		}
	}
	_ = group.Wait() // never an error: problems are in the results
	return values(results)
}

func (b *builder) planFault(ctx context.Context, f *resolve.Fault, env providers.EnvironmentState) faultResult {
	config, diags := f.Body.Decode(nil)
	if diags.HasErrors() {
		return faultResult{diags: diags}
	}
	planned, problems := f.Type.Plan(ctx, providers.FaultPlanRequest{
		Address:     f.Addr.String(),
		Config:      config,
		Environment: env,
		Seed:        f.Seed,
		Duration:    f.Duration,
	})
	r := faultResult{plan: normalize(planned), diags: diags}
	for _, d := range f.Body.Diagnostics(problems) {
		if d.Severity == hcl.DiagError {
			r.diags = append(r.diags, d)
		}
	}
	r.findings = Warnings(f, problems)
	r.findings = append(r.findings, protected(b.req.Resolved.Policy, f, config, planned)...)
	return r
}

// Warnings are what a provider warned of when it planned a fault.
func Warnings(f *resolve.Fault, problems providers.Diagnostics) []Finding {
	var out []Finding
	for _, d := range f.Body.Diagnostics(problems) {
		if d.Severity != hcl.DiagError {
			out = append(out, warning(f, d))
		}
	}
	return out
}

// warning turns a provider's warning into a finding, so that it stands in the
// plan, also in a saved one.
func warning(f *resolve.Fault, d *hcl.Diagnostic) Finding {
	return Finding{
		Severity: SeverityWarning,
		Kind:     KindProvider,
		Subject:  f.Addr.String(),
		Summary:  d.Summary,
		Detail:   d.Detail,
		Source:   source(*d.Subject),
	}
}

// normalize sorts what the contract wants sorted, so that a careless provider
// cannot make two plans of the same thing differ.
func normalize(p providers.FaultPlan) providers.FaultPlan {
	p.Targets = sortTargets(p.Targets)
	if len(p.Ends) > 0 {
		p.Ends = sortTargets(p.Ends)
	}
	p.Locks = sortedSet(p.Locks)
	p.Counted = sortedScope(p.Counted)
	return p
}

func values(in []*faultResult) []faultResult {
	out := make([]faultResult, len(in))
	for i, r := range in {
		out[i] = *r
	}
	return out
}
