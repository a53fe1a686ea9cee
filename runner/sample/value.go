package sample

import (
	"time"

	"github.com/zclconf/go-cty/cty"
)

// Value is the window as conditions see it: of schema/lang's WindowType, or of
// its LoadWindowType for a load. Times are seconds. What an empty window
// cannot know is null; its count is 0.
func (w Window) Value() cty.Value {
	attrs := map[string]cty.Value{
		"count":         cty.NumberIntVal(w.tally.count),
		"success_count": cty.NumberIntVal(w.tally.success),
		"success_ratio": w.unlessEmpty(w.SuccessRatio()),
		"latency":       w.latencyValue(),
		"last":          w.lastValue(),
	}
	if w.load {
		attrs["rate"] = cty.NumberFloatVal(w.Rate())
		attrs["offered"] = cty.NumberIntVal(w.tally.offered)
	} else {
		attrs["value"] = w.valueValue()
	}
	return cty.ObjectVal(attrs)
}

func (w Window) unlessEmpty(n float64) cty.Value {
	if w.tally.count == 0 {
		return cty.NullVal(cty.Number)
	}
	return cty.NumberFloatVal(n)
}

func (w Window) latencyValue() cty.Value {
	q := w.quantiles(0.5, 0.9, 0.95, 0.99)
	seconds := func(d time.Duration) cty.Value { return w.unlessEmpty(d.Seconds()) }
	return cty.ObjectVal(map[string]cty.Value{
		"min": seconds(w.Min()), "mean": seconds(w.Mean()), "max": seconds(w.Max()),
		"p50": seconds(q[0]), "p90": seconds(q[1]), "p95": seconds(q[2]), "p99": seconds(q[3]),
	})
}

func (w Window) valueValue() cty.Value {
	v := w.tally.value
	number := func(n float64) cty.Value {
		if v.n == 0 {
			return cty.NullVal(cty.Number)
		}
		return cty.NumberFloatVal(n)
	}
	return cty.ObjectVal(map[string]cty.Value{
		"min": number(v.min), "mean": number(v.mean()), "max": number(v.max), "last": number(w.tally.lastValue),
	})
}

// lastValue is the newest sample: its fields, under the attributes that every
// sample has.
func (w Window) lastValue() cty.Value {
	p, found := w.Last()
	attrs := w.fieldValues(p.Fields)
	attrs["ok"] = cty.NullVal(cty.Bool)
	attrs["error"] = cty.NullVal(cty.String)
	attrs["latency"] = w.unlessEmpty(p.Latency.Seconds())
	if found {
		attrs["ok"] = cty.BoolVal(p.OK)
		attrs["error"] = cty.StringVal(p.Error)
	}
	if !w.load {
		attrs["value"] = numberOrNull(p.Value)
	}
	return cty.ObjectVal(attrs)
}

// Unanswered is Value where what the newest sample does not say is unknown, and whether there is such: it got no answer, so
// that its fields and value are null, which an operator must not take for something else than what it is compared with.
func (w Window) Unanswered() (cty.Value, bool) {
	p, found := w.Last()
	if !found || p.OK || p.Fields != cty.NilVal {
		return w.Value(), false
	}
	last := w.lastValue().AsValueMap()
	for name, v := range last {
		if v.IsNull() {
			last[name] = cty.UnknownVal(v.Type())
		}
	}
	attrs := w.Value().AsValueMap()
	attrs["last"] = cty.ObjectVal(last)
	return cty.ObjectVal(attrs), true
}

func numberOrNull(n *float64) cty.Value {
	if n == nil {
		return cty.NullVal(cty.Number)
	}
	return cty.NumberFloatVal(*n)
}

// fieldValues are the sample's fields, each null where the sample has none of
// the promised type: a provider's mistake must not break a condition's types.
func (w Window) fieldValues(fields cty.Value) map[string]cty.Value {
	attrs := map[string]cty.Value{}
	if w.fields == cty.NilType || !w.fields.IsObjectType() {
		return attrs
	}
	for name, ty := range w.fields.AttributeTypes() {
		attrs[name] = cty.NullVal(ty)
		if given, ok := attribute(fields, name); ok && given.Type().TestConformance(ty) == nil {
			attrs[name] = given
		}
	}
	return attrs
}

func attribute(object cty.Value, name string) (cty.Value, bool) {
	if object == cty.NilVal || object.IsNull() || !object.IsKnown() || !object.Type().IsObjectType() || !object.Type().HasAttribute(name) {
		return cty.NilVal, false
	}
	return object.GetAttr(name), true
}
