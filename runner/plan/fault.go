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
	config, diags := decodeBody(f.Body)
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
	r := faultResult{plan: b.redact.faultPlan(normalize(planned)), diags: diags}
	for _, d := range problems {
		if d.Severity == providers.Error {
			r.diags = append(r.diags, b.diagnostic(f, d))
			continue
		}
		r.findings = append(r.findings, b.warning(f, d))
	}
	r.findings = append(r.findings, protected(b.req.Resolved.Policy, f, config, planned)...)
	return r
}

// diagnostic gives a provider's problem the place of the fault.
func (b *builder) diagnostic(f *resolve.Fault, d providers.Diagnostic) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  b.redact.text(d.Summary),
		Detail:   b.redact.text(d.Detail),
		Subject:  &f.Range,
	}
}

// warning turns a provider's warning into a finding, so that it stands in the
// plan, also in a saved one.
func (b *builder) warning(f *resolve.Fault, d providers.Diagnostic) Finding {
	return Finding{
		Severity: SeverityWarning,
		Kind:     KindProvider,
		Subject:  f.Addr.String(),
		Summary:  b.redact.text(d.Summary),
		Detail:   b.redact.text(d.Detail),
		Source:   source(f.Range),
	}
}

// normalize sorts what the contract wants sorted, so that a careless provider
// cannot make two plans of the same thing differ.
func normalize(p providers.FaultPlan) providers.FaultPlan {
	p.Targets = sortTargets(p.Targets)
	p.Locks = sortedSet(p.Locks)
	return p
}

func values(in []*faultResult) []faultResult {
	out := make([]faultResult, len(in))
	for i, r := range in {
		out[i] = *r
	}
	return out
}
