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
		if !c.Needs(name) {
			continue
		}
		rests.add(c, name, current)
		rests.fail(name, current)
		if c.NeedsBaseline() {
			rests.add(c, name, baseline)
		}
	}
	out := judgement{samples: rests.fewest}
	if rests.fewest < int64(minSamples) {
		out.outcome = event.TooFew
		out.message = fmt.Sprintf("%d %s, at least %d are needed to judge (min_samples)", max(rests.fewest, 0), rests.kind, minSamples)
		return out
	}
	out = out.evaluated(c, scope)
	if len(rests.empty) > 0 {
		out = out.unmeasured(c, scope, rests)
	}
	if out.outcome == event.Broken {
		out.failed = rests.failed
	}
	return out
}

// basis is what a condition rests on.
type basis struct {
	fewest int64    // samples of the series that has the fewest
	kind   string   // of samples
	empty  []string // series without any value, of which the condition needs them
	why    string   // of the first of these
	failed []event.Failure
}

// add takes a window in which the condition looks.
func (b *basis) add(c resolve.Condition, name string, w sample.Window) {
	if fewest, kind := fewestOf(c, name, w); b.fewest < 0 || fewest < b.fewest {
		b.fewest, b.kind = fewest, kind
	}
	if !c.NeedsValue(name) || w.ValueCount() > 0 {
		return
	}
	if len(b.empty) == 0 {
		b.why = fmt.Sprintf("none of %d samples of %s has a value, so that the condition cannot be evaluated", w.Count(), name)
	}
	b.empty = append(b.empty, name)
}

func (b *basis) fail(name string, w sample.Window) {
	for _, failure := range w.Failures() {
		b.failed = append(b.failed, event.Failure{Series: name, Error: failure.Error, Count: failure.Count})
	}
}

// fewestOf is on how many samples of a window the condition rests. Those that failed have measured no value: a condition
// on values rests on the others alone. That there are none at all is another outcome.
func fewestOf(c resolve.Condition, name string, w sample.Window) (fewest int64, kind string) {
	if n := w.ValueCount(); c.NeedsValue(name) && n > 0 && n < w.Count() {
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

// unmeasured is the judgement where values are not known that nobody has measured: an operator must not make something of
// null, as null != 0 is true. What decides the condition without them decides it still.
func (j judgement) unmeasured(c resolve.Condition, scope resolve.Scope, b basis) judgement {
	for _, name := range b.empty {
		scope.Current[name], scope.Baseline[name] = withoutValues(scope.Current[name]), withoutValues(scope.Baseline[name])
	}
	known := judgement{}.evaluated(c, scope)
	j.outcome, j.message = known.outcome, known.message
	if known.outcome == event.Invalid {
		j.message = b.why
	}
	return j
}

// withoutValues is what a window measured but for its values, if it has none.
func withoutValues(measured cty.Value) cty.Value {
	attrs := measured.AsValueMap()
	if value, has := attrs["value"]; has && value.GetAttr("max").IsNull() {
		attrs["value"] = cty.UnknownVal(value.Type())
	}
	return cty.ObjectVal(attrs)
}
