package engine

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// judge evaluates a condition, where window gives what each series measured.
// Too few samples, in those windows or in a baseline that it refers to, is an
// outcome of its own: it is neither held nor broken.
func (x *experiment) judge(c resolve.Condition, minSamples int, window func(*sample.Series) sample.Window) judgement {
	scope := resolve.Scope{Current: map[string]cty.Value{}, Baseline: map[string]cty.Value{}}
	rests := basis{fewest: -1, kind: "samples"}
	for _, name := range c.Series() {
		series := x.measurements.series[name]
		current, baseline := window(series), series.Phase(string(resolve.PhaseBaseline))
		scope.Current[name], scope.Baseline[name] = current.Value(), baseline.Value()
		rests.add(c, name, current)
		rests.fail(name, current)
		if c.UsesBaseline() {
			rests.add(c, name, baseline)
		}
	}
	out := judgement{samples: rests.fewest}
	if rests.fewest < int64(minSamples) {
		out.outcome = event.TooFew
		out.message = fmt.Sprintf("%d %s, at least %d are needed to judge (min_samples)", max(rests.fewest, 0), rests.kind, minSamples)
		return out
	}
	return out.evaluated(c, scope).on(rests)
}

// basis is what a condition rests on.
type basis struct {
	fewest int64  // samples of the series that has the fewest
	kind   string // of samples
	empty  string // a series without any value, of which the condition needs them; empty for none
	failed []event.Failure
}

// add takes a window in which the condition looks.
func (b *basis) add(c resolve.Condition, name string, w sample.Window) {
	if fewest, kind := fewestOf(c, name, w); b.fewest < 0 || fewest < b.fewest {
		b.fewest, b.kind = fewest, kind
	}
	if c.NeedsValue(name) && w.ValueCount() == 0 && b.empty == "" {
		b.empty = fmt.Sprintf("none of %d samples of %s has a value", w.Count(), name)
	}
}

func (b *basis) fail(name string, w sample.Window) {
	for _, failure := range w.Failures() {
		b.failed = append(b.failed, event.Failure{Series: name, Error: failure.Error, Count: failure.Count})
	}
}

// fewestOf is on how many samples of a window the condition rests. Those that failed have measured no value: a condition
// on values rests on the others alone. That there are none at all is another outcome.
func fewestOf(c resolve.Condition, name string, w sample.Window) (fewest int64, kind string) {
	if n := w.ValueCount(); c.UsesValue(name) && n > 0 && n < w.Count() {
		return n, fmt.Sprintf("of %d samples have a value", w.Count())
	}
	return w.Count(), "samples"
}

func (j judgement) evaluated(c resolve.Condition, scope resolve.Scope) judgement {
	judged, diags := c.Eval(scope)
	for _, term := range judged.Terms {
		j.terms = append(j.terms, event.Term{Expr: term.Expr, Value: term.Value})
	}
	j.message = judged.Message
	switch {
	case diags.HasErrors():
		j.outcome, j.message = event.Invalid, diags.Error()
	case judged.Holds:
		j.outcome = event.Held
	default:
		j.outcome = event.Broken
	}
	return j
}

// on is the judgement in the light of what it rests on. Without any value it means nothing, whatever an operator makes of
// null: null != 0 is true.
func (j judgement) on(b basis) judgement {
	switch {
	case b.empty != "":
		j.outcome, j.message = event.Invalid, b.empty+", so that the condition cannot be evaluated"
	case j.outcome == event.Broken:
		j.failed = b.failed
	}
	return j
}
