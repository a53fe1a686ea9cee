package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/diag"
	"github.com/gameday-dev/gameday/schema/lang"
)

// Condition is a condition over windows, and the message for when it is broken.
// It is safe for use from several goroutines.
type Condition struct {
	Expr    hcl.Expression
	Message hcl.Expression // nil for a generated one
	ctx     *hcl.EvalContext
	view    *view
	text    string
	series  []string        // local addresses, sorted
	wanted  map[string]bool // kind and name of everything referred to
	base    bool            // refers to a baseline
	needs   needs           // the condition alone
	stops   bool            // a stop condition, whose message is for when it holds
}

// needs is what a condition is decided by. What its message refers to beside that is only told.
type needs struct {
	series map[string]bool // local addresses
	values map[string]bool // those of whose samples it uses the values
	base   bool            // a baseline
}

// Scope holds windows by the local address of their probe or load:
// "probe.checkout", `probe.x["k"]`, "load.shoppers". Baseline holds those of
// the baseline phase; when it is nil, `baseline` evaluates to the current
// windows, as in an assertion that is judged in the baseline phase itself.
type Scope struct{ Current, Baseline map[string]cty.Value }

// Judgement is what a condition came to.
type Judgement struct {
	Holds   bool
	Message string // why an assertion does not hold, or that a stop condition does; empty otherwise
	Terms   []Term // what took part, in the order written
}

// Term is a reference in a condition with its value as HCL would write it;
// "(sensitive)" for secrets.
type Term struct{ Expr, Value string }

// Text is the condition as written, in one line.
func (c Condition) Text() string { return c.text }

// Series lists the local addresses of the probes and loads that the condition
// and its message depend on, sorted. A reference to a probe with for_each and
// without a literal key depends on all of its instances.
func (c Condition) Series() []string { return slices.Clone(c.series) }

// Needs reports whether the condition itself depends on one of its series. What only its message refers to decides
// nothing: a message that lacks something is replaced.
func (c Condition) Needs(series string) bool { return c.needs.series[series] }

// NeedsBaseline reports whether the condition itself refers to a baseline.
func (c Condition) NeedsBaseline() bool { return c.needs.base }

// NeedsValue reports whether the condition itself refers to what the samples of a series measured, as in
// probe.queue.value.max or [for q in probe.queue : q.value.max], rather than to whether and when they were answered.
func (c Condition) NeedsValue(series string) bool { return c.needs.values[series] }

// Eval judges the condition on windows. The error diagnostics say why it could
// not be judged: a window is missing, or a value that took part is null, as the
// mean of a probe that measured nothing. Terms are given also then.
func (c Condition) Eval(scope Scope) (Judgement, hcl.Diagnostics) {
	if missing := c.missing(scope); missing != nil {
		return Judgement{}, missing
	}
	ctx := c.context(scope)
	judged := Judgement{Terms: terms(c.Expr, ctx)}
	value, diags := c.Expr.Value(ctx)
	for _, d := range diags {
		explain(d)
	}
	if diags.HasErrors() {
		return judged, diags
	}
	holds, problem := truth(value)
	if problem != "" {
		return judged, c.failure(ctx, "Condition without a result", problem+termsText(judged.Terms))
	}
	if judged.Holds = holds; holds == c.stops {
		judged.Message = c.message(c.context(scope.rounded()), judged.Terms)
	}
	return judged, diags
}

// truth is a condition's result, or why there is none.
func truth(value cty.Value) (holds bool, problem string) {
	value, _ = value.UnmarkDeep()
	value, err := convert.Convert(value, cty.Bool)
	switch {
	case err != nil:
		return false, "The condition is not true or false: " + err.Error() + "."
	case !value.IsKnown():
		return false, "The result of the condition is not known, as a value that takes part is not."
	case value.IsNull():
		return false, "The result of the condition is null."
	default:
		return value.True(), ""
	}
}

func (c Condition) failure(ctx *hcl.EvalContext, summary, detail string) hcl.Diagnostics {
	at := c.Expr.Range()
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &at, Expression: c.Expr, EvalContext: ctx}}
}

// missing tells of windows that the scope should hold and does not.
func (c Condition) missing(scope Scope) hcl.Diagnostics {
	for _, name := range c.series {
		if !c.Needs(name) {
			continue
		}
		if _, ok := scope.Current[name]; !ok {
			return c.failure(c.ctx, "Nothing measured", fmt.Sprintf("There are no measurements of %s.", name))
		}
		if _, ok := scope.Baseline[name]; c.needs.base && scope.Baseline != nil && !ok && strings.HasPrefix(name, "probe.") {
			return c.failure(c.ctx, "Nothing measured", fmt.Sprintf("There is no baseline of %s.", name))
		}
	}
	return nil
}

func (c Condition) context(scope Scope) *hcl.EvalContext {
	ctx := c.ctx.NewChild()
	ctx.Variables = c.view.objects(c.wanted, windowsOf(scope.Current))
	if scope.Baseline != nil && c.base {
		ctx.Variables["baseline"] = c.view.objects(c.wanted, windowsOf(scope.Baseline))["probe"]
	}
	return ctx
}

// windowsOf looks windows up. Instances that the condition does not refer to
// are null.
func windowsOf(windows map[string]cty.Value) func(*series, addr.Key) cty.Value {
	return func(s *series, key addr.Key) cty.Value {
		if window, ok := windows[s.local(key)]; ok {
			return window
		}
		return cty.NullVal(s.window)
	}
}

// terms evaluates the references of an expression that lead to plain values.
func terms(expr hcl.Expression, ctx *hcl.EvalContext) []Term {
	var out []Term
	seen := map[string]bool{}
	for _, t := range expr.Variables() {
		text := diag.Traversal(t)
		if seen[text] {
			continue
		}
		seen[text] = true
		value, diags := t.TraverseAbs(ctx)
		if diags.HasErrors() || !(value.Type().IsPrimitiveType() || value.IsMarked() || value.IsNull()) {
			continue
		}
		out = append(out, Term{text, ValueText(value)})
	}
	return out
}

// message is the error_message. Where it has no text, as of a probe that measured no value, the generated one says so.
func (c Condition) message(ctx *hcl.EvalContext, took []Term) string {
	if c.Message == nil {
		return c.generated(took)
	}
	if text, ok := messageText(c.Message, ctx); ok {
		return text
	}
	lacking := slices.DeleteFunc(terms(c.Message, ctx), func(t Term) bool { return t.Value != ValueText(cty.NilVal) })
	return c.generated(took) + " Its error_message has no text." + termsText(lacking)
}

func (c Condition) generated(took []Term) string {
	if c.stops {
		return fmt.Sprintf("The condition %s holds.%s", c.text, termsText(took))
	}
	return fmt.Sprintf("The condition %s does not hold.%s", c.text, termsText(took))
}

func messageText(expr hcl.Expression, ctx *hcl.EvalContext) (string, bool) {
	value, diags := expr.Value(ctx)
	if diags.HasErrors() {
		return "", false
	}
	if lang.IsSensitive(value) {
		return "The message refers to sensitive values and is not shown.", true
	}
	value, err := convert.Convert(value, cty.String)
	if err != nil || !value.IsKnown() || value.IsNull() {
		return "", false
	}
	return value.AsString(), true
}

func termsText(terms []Term) string {
	if len(terms) == 0 {
		return ""
	}
	parts := make([]string, len(terms))
	for i, term := range terms {
		parts[i] = term.Expr + " is " + term.Value
	}
	return " " + strings.Join(parts, ", ") + "."
}
