package resolve

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/lang"
)

// meta evaluates meta-arguments: those that the language itself understands.
// Each call gives the default when the argument is not set or has a problem,
// which it reports.
type meta struct {
	m   *module
	ctx *hcl.EvalContext
}

// value evaluates an argument that must be known, not sensitive, and of a type.
// It is false when there is nothing to take.
func (e meta) value(expr hcl.Expression, name string, want cty.Type) (cty.Value, bool) {
	if expr == nil {
		return cty.NilVal, false
	}
	v, diags := expr.Value(e.ctx)
	e.m.r.diags.add(diags)
	switch {
	case diags.HasErrors():
		return cty.NilVal, false
	case lang.IsSensitive(v):
		e.m.r.diags.errorAt(expr, e.ctx, "Sensitive value for "+name, "%s is shown in plans and reports, so it cannot be sensitive. Use nonsensitive(…) if it gives nothing away.", name)
		return cty.NilVal, false
	case !v.IsWhollyKnown():
		e.unknown(expr, name)
		return cty.NilVal, false
	case v.IsNull():
		return cty.NilVal, false
	}
	converted, err := convert.Convert(v, want)
	if err != nil {
		e.m.r.diags.errorAt(expr, e.ctx, "Invalid value for "+name, "Expected a %s, and found %s.", want.FriendlyName(), described(v))
		return cty.NilVal, false
	}
	return converted, true
}

func (e meta) unknown(expr hcl.Expression, name string) {
	if !e.m.r.takesUnknown() {
		e.m.r.diags.errorAt(expr, e.ctx, "Unknown value for "+name, "%s must be known before anything runs, but it depends on something that is known only once an environment is up.", name)
	}
}

// duration evaluates a duration of at least low.
func (e meta) duration(expr hcl.Expression, name string, otherwise, low time.Duration) time.Duration {
	v, ok := e.value(expr, name, cty.String)
	if !ok {
		return otherwise
	}
	d, err := schema.ParseDuration(v.AsString())
	switch {
	case err != nil:
		e.m.r.diags.errorAt(expr, e.ctx, "Invalid duration for "+name, "%s.", err)
	case d < low && low <= 1:
		e.m.r.diags.errorAt(expr, e.ctx, "Invalid duration for "+name, "%q is out of range: %s must %s.", v.AsString(), name, sign(low))
	case d < low:
		e.m.r.diags.errorAt(expr, e.ctx, "Invalid duration for "+name, "%q is out of range: %s must be at least %s.", v.AsString(), name, low)
	default:
		return d
	}
	return otherwise
}

// positive is the least duration that is more than nothing.
const positive = time.Duration(1)

func sign(low time.Duration) string {
	if low == positive {
		return "be longer than zero"
	}
	return "not be negative"
}

// number evaluates a number within limits.
func (e meta) number(expr hcl.Expression, name string, otherwise, low, high float64) float64 {
	v, ok := e.value(expr, name, cty.Number)
	if !ok {
		return otherwise
	}
	n, _ := v.AsBigFloat().Float64()
	if n < low || n > high {
		e.m.r.diags.errorAt(expr, e.ctx, "Invalid value for "+name, "%s is out of range: %s must be %s.", ValueText(v), name, limits(n, low, high))
		return otherwise
	}
	return n
}

// limits is in words; a limit that only computers reach is not worth naming to who has not come near it.
func limits(n, low, high float64) string {
	if n < low && high >= math.MaxInt32 && low > -maxWhole {
		return "at least " + ValueText(cty.NumberFloatVal(low))
	}
	return "between " + ValueText(cty.NumberFloatVal(low)) + " and " + ValueText(cty.NumberFloatVal(high))
}

// whole evaluates a whole number within limits. The numbers of JSON readers are
// exact up to 2^53, so nothing here goes beyond.
func (e meta) whole(expr hcl.Expression, name string, otherwise, low, high int64) int64 {
	n := e.number(expr, name, float64(otherwise), float64(low), float64(high))
	if n != float64(int64(n)) {
		e.m.r.diags.errorAt(expr, e.ctx, "Invalid value for "+name, "%v is not a whole number.", n)
		return otherwise
	}
	return int64(n)
}

// maxWhole is the largest whole number that every JSON reader keeps exact.
const maxWhole = 1 << 53

// seed evaluates a seed, or derives one from a name.
func (e meta) seed(expr hcl.Expression, parent int64, name string) int64 {
	return e.whole(expr, "seed", derivedSeed(parent, name), -maxWhole, maxWhole)
}

// text evaluates a string.
func (e meta) text(expr hcl.Expression, name string) string {
	if v, ok := e.value(expr, name, cty.String); ok {
		return v.AsString()
	}
	return ""
}

// texts evaluates a list of strings without nulls.
func (e meta) texts(expr hcl.Expression, name string) []string {
	v, ok := e.value(expr, name, cty.List(cty.String))
	if !ok {
		return nil
	}
	var texts []string
	for i, element := range v.AsValueSlice() {
		if e.null(expr, fmt.Sprintf("%s[%d]", name, i), element) {
			continue
		}
		texts = append(texts, element.AsString())
	}
	return texts
}

// null reports an element that is null.
func (e meta) null(expr hcl.Expression, name string, element cty.Value) bool {
	if element.IsNull() {
		e.m.r.diags.errorAt(expr, e.ctx, "Invalid value for "+name, "%s", schema.NullElement(name, "a string"))
	}
	return element.IsNull()
}

// labels evaluates a map of strings without nulls; nil where there is none.
func (e meta) labels(expr hcl.Expression, name string) map[string]string {
	v, ok := e.value(expr, name, cty.Map(cty.String))
	if !ok {
		return nil
	}
	labels, elements := map[string]string{}, v.AsValueMap()
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		if e.null(expr, fmt.Sprintf("%s[%q]", name, key), elements[key]) {
			return nil
		}
		labels[key] = elements[key].AsString()
	}
	return labels
}
