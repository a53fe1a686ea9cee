package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// bindFaults reads the targets again, now that the environment is up, and
// refuses to go on if they are not the ones that the plan showed, or if the
// policy does not allow those that the plan could not know.
func (x *experiment) bindFaults(ctx context.Context, resolved *resolve.Resolved) error {
	var faults []*fault
	for i := range x.plan.Faults {
		planned := &x.plan.Faults[i]
		def := find(x.def.Faults, func(d *resolve.Fault) bool { return d.Addr.Local() == planned.Address })
		if def == nil {
			return fmt.Errorf("%s is in the plan and not in the configuration", planned.Address)
		}
		f := &fault{x: x, def: def, plan: planned, placed: make(chan struct{}), proven: make(chan struct{}), gone: make(chan struct{})}
		if err := f.bind(ctx); err != nil {
			return err
		}
		faults = append(faults, f)
	}
	findings := x.recheck(resolved.Policy, faults)
	for _, f := range faults {
		f.tellPlan(findings, resolved.Secrets()) // also what is refused next: it shows what is there
	}
	if err := refusal(findings); err != nil {
		return err
	}
	x.mu.Lock() // a signal may ask at any moment what is left
	defer x.mu.Unlock()
	x.faults = faults
	return nil
}

func (f *fault) bind(ctx context.Context) error {
	config, diags := f.def.Body.Decode(nil)
	if diags.HasErrors() {
		return fmt.Errorf("%s: %w", f.plan.Address, diags)
	}
	bound, err := ask(ctx, f.plan.Address, func(ctx context.Context) (replanned, providers.Diagnostics) {
		planned, diags := f.def.Type.Plan(ctx, providers.FaultPlanRequest{
			Address: f.def.Addr.String(), Config: config, Environment: f.x.env, Seed: f.plan.Seed, Duration: f.def.Duration,
		})
		return replanned{planned, diags}, diags
	})
	if err != nil {
		return err
	}
	if bound.Unknown != "" {
		return fmt.Errorf("%s: its targets are still not known: %s", f.plan.Address, bound.Unknown)
	}
	if err := f.drifted(bound.FaultPlan); err != nil {
		return err
	}
	f.config, f.bound, f.warnings = config, bound.FaultPlan, plan.Warnings(f.def, bound.diags)
	return nil
}

// replanned is a second plan with what its provider says beside it.
type replanned struct {
	providers.FaultPlan
	diags providers.Diagnostics
}

// drifted refuses targets, and other ends of traffic, that the plan did not show. Those that it could not
// know it left open. What an earlier experiment of this run has harmed may have
// been replaced by its controller: the plan could not know the replacements.
func (f *fault) drifted(now providers.FaultPlan) error {
	if f.plan.Unknown != "" {
		return nil
	}
	changes := plan.FaultChanges(f.plan.Address, f.plan.FaultPlan, now)
	successors := append(plan.New(f.plan.Targets, now.Targets), plan.New(f.plan.Ends, now.Ends)...)
	replaced := plan.Replaced(f.plan.Targets, now.Targets) && plan.Replaced(f.plan.Ends, now.Ends)
	switch {
	case len(changes) == 0:
		return nil
	case f.x.run.AllowDrift:
		f.tellTargets("allowed by -allow-drift", successors)
		return nil
	case replaced && f.x.run.harms.explain(f.x.plan.Environment, successors):
		f.tellTargets("as their controllers have replaced what this run had harmed", successors)
		return nil
	}
	lines := make([]string, len(changes))
	for i, change := range changes {
		lines[i] = change.String()
	}
	return fmt.Errorf("the targets are not those that the plan showed, and nothing was injected: %s: plan again, or apply with -allow-drift to act on what is there",
		strings.Join(lines, "; "))
}

// recheck asks the policy and the permissions again.
func (x *experiment) recheck(policy resolve.Policy, faults []*fault) []plan.Finding {
	bound := map[string]plan.Bound{}
	for _, f := range faults {
		bound[f.plan.Address] = plan.Bound{Def: f.def, Config: f.config, Plan: f.bound}
	}
	return plan.Recheck(policy, *x.plan, x.env, bound)
}

// refusal is what the errors among findings come to; nil when there is none.
func refusal(findings []plan.Finding) error {
	var refused []error
	for _, f := range findings {
		if f.Severity != plan.SeverityError {
			continue
		}
		refused = append(refused, fmt.Errorf("%s: %s: %s", f.Subject, f.Summary, f.Detail))
	}
	if len(refused) > 0 {
		return fmt.Errorf("nothing was injected: %w", errors.Join(refused...))
	}
	return nil
}
