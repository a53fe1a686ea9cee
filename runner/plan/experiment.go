package plan

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// experiments plans everything that was chosen, in the order of its run.
func (b *builder) experiments(ctx context.Context) ([]Experiment, []Finding, hcl.Diagnostics) {
	results := b.planFaults(ctx)
	out := make([]Experiment, 0, len(b.chosen.experiments))
	var findings []Finding
	var diags hcl.Diagnostics
	for _, e := range b.chosen.experiments {
		var mine []faultResult
		mine, results = results[:len(e.Faults)], results[len(e.Faults):]
		for _, r := range mine {
			diags = append(diags, r.diags...)
			findings = append(findings, r.findings...)
		}
		s := newSchedule(e.Faults)
		planned := plannedExperiment(e, mine, s)
		findings = append(findings, Check(b.req.Resolved.Policy, planned)...)
		findings = append(findings, sampleFindings(e, s.end)...)
		out = append(out, planned)
	}
	return out, findings, diags
}

func plannedExperiment(e *resolve.Experiment, planned []faultResult, s schedule) Experiment {
	return Experiment{
		Address:     e.Addr.String(),
		Description: e.Description,
		Labels:      e.Labels,
		Weight:      e.Weight,
		Environment: e.Environment,
		DependsOn:   sortedSet(e.DependsOn),
		Phases:      phases(e, s),
		Expected:    (e.Baseline + s.end + RecoveryHold(e)).Seconds(),
		Longest:     longest(e, s.end).Seconds(),
		Loads:       loads(e),
		Probes:      probes(e),
		Assertions:  assertions(e),
		Stops:       stops(e),
		Faults:      faults(e, planned, s.start),
		Rollback:    rollback(e),
		Source:      experimentSource(e),
	}
}

// faults joins what was planned with when it starts, in the order of injection.
// Faults that start together keep resolve's order, which has dependencies first.
func faults(e *resolve.Experiment, planned []faultResult, start []time.Duration) []Fault {
	out := make([]Fault, 0, len(e.Faults))
	for i, f := range e.Faults {
		out = append(out, Fault{
			Address:   f.Addr.Local(),
			Type:      f.Type.TypeName(),
			Start:     start[i].Seconds(),
			Delay:     f.Delay.Seconds(),
			Duration:  f.Duration.Seconds(),
			Seed:      f.Seed,
			DependsOn: sortedSet(f.DependsOn),
			FaultPlan: planned[i].plan,
			Source:    source(f.Range),
		})
	}
	slices.SortStableFunc(out, func(a, b Fault) int { return cmp.Compare(a.Start, b.Start) })
	return out
}

func loads(e *resolve.Experiment) []Series {
	var out []Series
	for _, l := range e.Loads {
		out = append(out, Series{
			Address: l.Addr.Local(),
			Type:    l.Type.TypeName(),
			Timeout: l.Timeout.Seconds(),
			Source:  source(l.Range),
		})
	}
	return out
}

func probes(e *resolve.Experiment) []Series {
	out := make([]Series, 0, len(e.Probes))
	for _, p := range e.Probes {
		out = append(out, Series{
			Address:  p.Addr.Local(),
			Type:     p.Type.TypeName(),
			Interval: p.Interval.Seconds(),
			Timeout:  p.Timeout.Seconds(),
			Source:   source(p.Range),
		})
	}
	return out
}

func assertions(e *resolve.Experiment) []Assertion {
	out := make([]Assertion, 0, len(e.Asserts))
	for _, a := range e.Asserts {
		out = append(out, Assertion{
			Address:    a.Addr.Local(),
			Condition:  a.Condition.Text(),
			Phases:     phaseNames(a.Phases),
			Window:     a.Window.Seconds(),
			MinSamples: a.MinSamples,
			Source:     source(a.Range),
		})
	}
	return out
}

func stops(e *resolve.Experiment) []Assertion {
	var out []Assertion
	for _, s := range e.Stops {
		out = append(out, Assertion{
			Address:    s.Addr.Local(),
			Condition:  s.Condition.Text(),
			Window:     s.Window.Seconds(),
			MinSamples: s.MinSamples,
			Source:     source(s.Range),
		})
	}
	return out
}

func rollback(e *resolve.Experiment) []Action {
	var out []Action
	for _, a := range e.Rollback.Actions {
		out = append(out, Action{Address: a.Addr.Local(), Type: a.Type.TypeName(), Source: source(a.Range)})
	}
	return out
}

func phaseNames(in []resolve.Phase) []string {
	var out []string
	for _, p := range in {
		out = append(out, string(p))
	}
	return out
}

// experimentSource spans the whole block, not only its header.
func experimentSource(e *resolve.Experiment) event.Source {
	s := source(e.Config.DeclRange)
	s.EndLine = max(s.EndLine, e.Config.BodyRange.End.Line)
	return s
}

func source(r hcl.Range) event.Source {
	return event.Source{File: filepath.ToSlash(r.Filename), Line: r.Start.Line, EndLine: r.End.Line}
}
