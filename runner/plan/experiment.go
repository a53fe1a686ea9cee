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
		Expected:    expected(e, s).Seconds(),
		Longest:     longest(e, s).Seconds(),
		Loads:       each(e.Loads, load),
		Probes:      each(e.Probes, probe),
		Assertions:  each(e.Asserts, assertion),
		Stops:       each(e.Stops, stop),
		Faults:      faults(e, planned, s.start),
		Rollback:    each(e.Rollback.Actions, action),
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

// each makes a list of another; never nil, so that it is a list in JSON.
func each[T, U any](in []T, convert func(T) U) []U {
	out := make([]U, 0, len(in))
	for _, element := range in {
		out = append(out, convert(element))
	}
	return out
}

func load(l *resolve.Load) Series {
	return Series{
		Address: l.Addr.Local(),
		Type:    l.Type.TypeName(),
		Summary: l.Body.Summary(),
		Timeout: l.Timeout.Seconds(),
		From:    l.From,
		Source:  source(l.Range),
	}
}

func probe(p *resolve.Probe) Series {
	return Series{
		Address:  p.Addr.Local(),
		Type:     p.Type.TypeName(),
		Summary:  p.Body.Summary(),
		Interval: p.Interval.Seconds(),
		Timeout:  p.Timeout.Seconds(),
		From:     p.From,
		Source:   source(p.Range),
	}
}

func assertion(a *resolve.Assert) Assertion {
	return Assertion{
		Address:    a.Addr.Local(),
		Condition:  a.Condition.Text(),
		Phases:     each(a.Phases, func(p resolve.Phase) string { return string(p) }),
		Window:     a.Window.Seconds(),
		MinSamples: a.MinSamples,
		Source:     source(a.Range),
	}
}

func stop(s *resolve.Stop) Assertion {
	return Assertion{
		Address:    s.Addr.Local(),
		Condition:  s.Condition.Text(),
		Window:     s.Window.Seconds(),
		MinSamples: s.MinSamples,
		Source:     source(s.Range),
	}
}

func action(a *resolve.Action) Action {
	return Action{Address: a.Addr.Local(), Type: a.Type.TypeName(), Summary: a.Body.Summary(), Source: source(a.Range)}
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
