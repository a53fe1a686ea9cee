package resolve_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/lang"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// conditionOf resolves one assertion, in an experiment with the probes web and
// x["a"], x["b"] and the load shoppers.
func conditionOf(t *testing.T, condition, message string) resolve.Condition {
	t.Helper()
	if message != "" {
		message = "error_message = " + message
	}
	r := mustResolve(t, resolve.Inputs{}, fmt.Sprintf(`
variable "secret" {
  default   = 0.5
  sensitive = true
}
variable "limit" { default = 0.9 }
experiment "e" {
  load "http" "shoppers" { url = "http://localhost" }
  steady_state {
    probe "http" "web" { url = "http://localhost" }
    probe "http" "x" {
      for_each = toset(["a", "b"])
      url      = "http://${each.key}"
    }
    assert "a" {
      condition = %s
      %s
    }
  }
}`, condition, message))
	return r.Experiments[0].Asserts[0].Condition
}

// window is a probe's window with some of its values; the rest are null.
func window(ratio, p99 float64, value cty.Value) cty.Value {
	return fill(lang.WindowType(fakeProbe{}.SampleType()), map[string]cty.Value{
		"success_ratio": cty.NumberFloatVal(ratio), "p99": cty.NumberFloatVal(p99), "mean": value, "status": cty.NumberIntVal(200),
	})
}

// fill makes an object of a type, taking attributes by name at any depth.
func fill(t cty.Type, values map[string]cty.Value) cty.Value {
	attrs := map[string]cty.Value{}
	for name, inner := range t.AttributeTypes() {
		switch v, given := values[name]; {
		case inner.IsObjectType():
			attrs[name] = fill(inner, values)
		case given:
			attrs[name] = v
		default:
			attrs[name] = cty.NullVal(inner)
		}
	}
	return cty.ObjectVal(attrs)
}

func TestConditionsAreJudgedOnWindows(t *testing.T) {
	good, bad := window(1, 0.1, cty.NumberIntVal(1)), window(0.25, 0.9, cty.NumberIntVal(1))
	load := fill(lang.LoadWindowType(), map[string]cty.Value{"rate": cty.NumberIntVal(40), "offered": cty.NumberIntVal(50)})
	both := map[string]cty.Value{`probe.x["a"]`: good, `probe.x["b"]`: bad}
	for name, test := range map[string]struct {
		condition, message string
		scope              resolve.Scope
		want               resolve.Judgement
	}{
		"holds": {
			condition: "probe.web.success_ratio >= 0.99",
			scope:     resolve.Scope{Current: map[string]cty.Value{"probe.web": good}},
			want:      resolve.Judgement{Holds: true, Terms: []resolve.Term{{"probe.web.success_ratio", "1"}}},
		},
		"broken": {
			condition: "probe.web.success_ratio >= var.limit", message: `"Only ${percent(probe.web.success_ratio)}."`,
			scope: resolve.Scope{Current: map[string]cty.Value{"probe.web": bad}},
			want: resolve.Judgement{Message: "Only 25 %.", Terms: []resolve.Term{
				{"probe.web.success_ratio", "0.25"}, {"var.limit", "0.9"},
			}},
		},
		"generated message": {
			condition: "probe.web.latency.p99 <= 0.5",
			scope:     resolve.Scope{Current: map[string]cty.Value{"probe.web": bad}},
			want: resolve.Judgement{
				Message: "The condition probe.web.latency.p99 <= 0.5 does not hold. probe.web.latency.p99 is 0.9.",
				Terms:   []resolve.Term{{"probe.web.latency.p99", "0.9"}},
			},
		},
		"relative to the baseline": {
			condition: "probe.web.latency.p99 <= 3 * baseline.web.latency.p99",
			scope: resolve.Scope{
				Current: map[string]cty.Value{"probe.web": bad}, Baseline: map[string]cty.Value{"probe.web": good},
			},
			want: resolve.Judgement{
				Message: "The condition probe.web.latency.p99 <= 3 * baseline.web.latency.p99 does not hold. probe.web.latency.p99 is 0.9, baseline.web.latency.p99 is 0.1.",
				Terms:   []resolve.Term{{"probe.web.latency.p99", "0.9"}, {"baseline.web.latency.p99", "0.1"}},
			},
		},
		"in the baseline itself": {
			condition: "probe.web.latency.p99 <= 3 * baseline.web.latency.p99",
			scope:     resolve.Scope{Current: map[string]cty.Value{"probe.web": bad}},
			want: resolve.Judgement{Holds: true, Terms: []resolve.Term{
				{"probe.web.latency.p99", "0.9"}, {"baseline.web.latency.p99", "0.9"},
			}},
		},
		"one instance": {
			condition: `probe.x["a"].success_ratio == 1`,
			scope:     resolve.Scope{Current: map[string]cty.Value{`probe.x["a"]`: good}},
			want:      resolve.Judgement{Holds: true, Terms: []resolve.Term{{`probe.x["a"].success_ratio`, "1"}}},
		},
		"all instances": {
			condition: `alltrue([for p in probe.x : p.success_ratio > 0.5])`, message: `"some fail"`,
			scope: resolve.Scope{Current: both},
			want:  resolve.Judgement{Message: "some fail"},
		},
		"load": {
			condition: `load.shoppers.rate >= 0.8 * load.shoppers.offered && probe.web.last.status == 200`,
			scope:     resolve.Scope{Current: map[string]cty.Value{"load.shoppers": load, "probe.web": good}},
			want: resolve.Judgement{Holds: true, Terms: []resolve.Term{
				{"load.shoppers.rate", "40"}, {"load.shoppers.offered", "50"}, {"probe.web.last.status", "200"},
			}},
		},
		"secrets are not told": {
			condition: "probe.web.success_ratio >= var.secret", message: `"less than ${var.secret}"`,
			scope: resolve.Scope{Current: map[string]cty.Value{"probe.web": bad}},
			want: resolve.Judgement{
				Message: "The message refers to sensitive values and is not shown.",
				Terms:   []resolve.Term{{"probe.web.success_ratio", "0.25"}, {"var.secret", "(sensitive)"}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := conditionOf(t, test.condition, test.message)
			got, diags := c.Eval(test.scope)
			require.Empty(t, diags)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestConditionsThatCannotBeJudged(t *testing.T) {
	nothing := window(1, 0.1, cty.NullVal(cty.Number))
	for name, test := range map[string]struct {
		condition string
		scope     resolve.Scope
		want      string
	}{
		"null": {
			"probe.web.value.mean > 1",
			resolve.Scope{Current: map[string]cty.Value{"probe.web": nothing}},
			"argument must not be null",
		},
		"unknown": {
			"probe.web.success_ratio > 1",
			resolve.Scope{Current: map[string]cty.Value{"probe.web": cty.UnknownVal(nothing.Type())}},
			"not known",
		},
		"no window": {"probe.web.success_ratio > 1", resolve.Scope{}, "no measurements of probe.web"},
		"no baseline": {
			"probe.web.success_ratio >= baseline.web.success_ratio",
			resolve.Scope{Current: map[string]cty.Value{"probe.web": nothing}, Baseline: map[string]cty.Value{}},
			"no baseline of probe.web",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, diags := conditionOf(t, test.condition, "").Eval(test.scope)
			require.True(t, diags.HasErrors())
			assert.Contains(t, diags[0].Detail, test.want)
			assert.False(t, got.Holds)
		})
	}
}

func TestSeriesNamesWhatAConditionDependsOn(t *testing.T) {
	for condition, want := range map[string][]string{
		"probe.web.count > 0":                                         {"probe.web"},
		"baseline.web.count > 0":                                      {"probe.web"},
		`probe.x["b"].count > 0`:                                      {`probe.x["b"]`},
		`probe.x[var.limit > 0 ? "a" : "b"].count > 0`:                {`probe.x["a"]`, `probe.x["b"]`},
		"length(keys(probe.x)) > var.limit && load.shoppers.rate > 0": {"load.shoppers", `probe.x["a"]`, `probe.x["b"]`},
		"length([for n, p in probe : n]) > 0 && probe.web.count > 1":  {`probe.web`, `probe.x["a"]`, `probe.x["b"]`},
	} {
		t.Run(condition, func(t *testing.T) {
			assert.Equal(t, want, conditionOf(t, condition, "").Series())
		})
	}
}

func TestNeedsValueTellsWhatSamplesMeasured(t *testing.T) {
	for name, test := range map[string]struct {
		condition, message string
		want               []string // series of which it needs the values
	}{
		"plain":                   {condition: "probe.web.value.max < 10", want: []string{"probe.web"}},
		"by index":                {condition: `probe["web"]["value"].max < 10`, want: []string{"probe.web"}},
		"keyed":                   {condition: `probe.x["b"].value.last < 10`, want: []string{`probe.x["b"]`}},
		"baseline":                {condition: "probe.web.count > 0 && baseline.web.value.mean < 10", want: []string{"probe.web"}},
		"keyed baseline":          {condition: `probe.web.count > 0 && baseline.x["a"].value.mean < 10`, want: []string{`probe.x["a"]`}},
		"error_message":           {condition: "probe.web.count > 0", message: `"at most ${probe.web.value.max}"`},
		"one of two":              {condition: `probe.x["a"].latency.p99 < 1 && probe.x["b"].value.max < 1`, want: []string{`probe.x["b"]`}},
		"for":                     {condition: `alltrue([for q in probe.x : q.value.max < 10])`, want: []string{`probe.x["a"]`, `probe.x["b"]`}},
		"for, by index":           {condition: `alltrue([for k, q in probe.x : q["value"].max < 10])`, want: []string{`probe.x["a"]`, `probe.x["b"]`}},
		"for, its condition":      {condition: `length([for q in probe.x : 1 if q.value.max > 10]) < 1`, want: []string{`probe.x["a"]`, `probe.x["b"]`}},
		"for in a for":            {condition: `alltrue(flatten([for p in [probe.x] : [for q in p : q.value.max < 10]]))`, want: []string{`probe.x["a"]`, `probe.x["b"]`}},
		"for over a function":     {condition: `alltrue([for q in values(baseline.x) : q.value.max < 10])`, want: []string{`probe.x["a"]`, `probe.x["b"]`}},
		"for over some":           {condition: `alltrue([for q in [probe.web, probe.x["b"]] : q.value.max < 10])`, want: []string{"probe.web", `probe.x["b"]`}},
		"splat":                   {condition: `max(values(probe.x)[*].value.max...) < 10`, want: []string{`probe.x["a"]`, `probe.x["b"]`}},
		"computed key":            {condition: `probe.x[var.limit > 0 ? "a" : "b"].value.max < 10`, want: []string{`probe.x["a"]`, `probe.x["b"]`}},
		"one of two probes":       {condition: `alltrue([for q in probe.x : q.value.max < 10]) && alltrue([for w in [probe.web] : w.count > 0])`, want: []string{`probe.x["a"]`, `probe.x["b"]`}},
		"for, error_message":      {condition: "probe.web.count > 0", message: `join(",", [for q in probe.x : "${q.value.max}"])`},
		"for, latency":            {condition: `alltrue([for q in probe.x : q.latency.max < 10])`},
		"for, the newest alone":   {condition: `alltrue([for q in probe.x : q.last.value < 10])`},
		"values of other things":  {condition: `alltrue([for k, v in { a = { value = 1 } } : probe.x[k].latency.max < v.value])`},
		"latency":                 {condition: "probe.web.latency.max < 10"},
		"keyed latency":           {condition: `probe.x["a"].latency.max < 10`},
		"the newest sample alone": {condition: "probe.web.last.value < 10"},
		"a load":                  {condition: "load.shoppers.latency.p99 < 1"},
	} {
		t.Run(name, func(t *testing.T) {
			c := conditionOf(t, test.condition, test.message)
			var got []string
			for _, series := range c.Series() {
				if c.NeedsValue(series) {
					got = append(got, series)
				}
			}
			assert.Equal(t, test.want, got)
		})
	}
}

// TestNeedsValueInJSON: there an expression stands in a text.
func TestNeedsValueInJSON(t *testing.T) {
	r, diags := resolveFiles(t, resolve.Inputs{}, map[string]string{"main.gameday.hcl.json": `{"experiment": {"e": {"steady_state": {
		"probe": {"http": {
			"web": {"url": "http://localhost"},
			"x":   {"url": "http://localhost", "for_each": {"a": 1, "b": 2}}
		}},
		"assert": {"a": {"condition": "${alltrue([for q in probe.x : q.value.max < 10]) && probe.web.latency.max < 1}"}}
	}}}}`})
	require.False(t, diags.HasErrors(), "%s", diags)
	c := r.Experiments[0].Asserts[0].Condition
	assert.Equal(t, []string{"probe.web", `probe.x["a"]`, `probe.x["b"]`}, c.Series())
	assert.False(t, c.NeedsValue("probe.web"))
	assert.True(t, c.NeedsValue(`probe.x["a"]`))
	assert.True(t, c.NeedsValue(`probe.x["b"]`))
}

// TestOnlyTheConditionDecides: without what it refers to alone, a message is another one, and the outcome the same.
func TestOnlyTheConditionDecides(t *testing.T) {
	c := conditionOf(t, "probe.web.value.max < 10", `"at most ${probe.x["a"].value.max}, before ${baseline.web.value.max}, of ${probe.web.count}"`)
	assert.Equal(t, []string{"probe.web", `probe.x["a"]`}, c.Series())
	assert.True(t, c.Needs("probe.web"))
	assert.False(t, c.Needs(`probe.x["a"]`))
	assert.False(t, c.NeedsBaseline())
	assert.True(t, c.NeedsValue("probe.web"))
	assert.False(t, c.NeedsValue(`probe.x["a"]`))
}

// TestAMessageWithoutATextIsReplaced by the generated one, which says what it lacks.
func TestAMessageWithoutATextIsReplaced(t *testing.T) {
	none, measured := window(0.5, 0.1, cty.NullVal(cty.Number)), window(0.5, 0.1, cty.NumberIntVal(1))
	const generated = "The condition probe.web.success_ratio > 0.9 does not hold. probe.web.success_ratio is 0.5. Its error_message has no text."
	for name, test := range map[string]struct {
		message string
		scope   resolve.Scope
		want    string
	}{
		"no value": {
			`"the mean is ${probe.web.value.mean}"`,
			resolve.Scope{Current: map[string]cty.Value{"probe.web": none}},
			generated + " probe.web.value.mean is null.",
		},
		"no value before": {
			`"the mean is ${probe.web.value.mean}, and was ${baseline.web.value.mean}"`,
			resolve.Scope{Current: map[string]cty.Value{"probe.web": measured}, Baseline: map[string]cty.Value{"probe.web": none}},
			generated + " baseline.web.value.mean is null.",
		},
		"no window":          {`"the other has ${probe.x["a"].count}"`, resolve.Scope{Current: map[string]cty.Value{"probe.web": measured}}, generated},
		"no baseline":        {`"it was ${baseline.web.count}"`, resolve.Scope{Current: map[string]cty.Value{"probe.web": measured}, Baseline: map[string]cty.Value{}}, generated},
		"null, and not text": {`probe.web.last.error`, resolve.Scope{Current: map[string]cty.Value{"probe.web": measured}}, generated + " probe.web.last.error is null."},
	} {
		t.Run(name, func(t *testing.T) {
			got, diags := conditionOf(t, "probe.web.success_ratio > 0.9", test.message).Eval(test.scope)
			require.Empty(t, diags)
			assert.False(t, got.Holds)
			assert.Equal(t, test.want, got.Message)
		})
	}
}
