package resolve

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/gameday-dev/gameday/schema/diag"
)

// condition prepares a condition and checks it against windows that are unknown
// but of the right types.
func (s *scene) condition(expr, message hcl.Expression, at hcl.Range) Condition {
	c := Condition{Expr: expr, Message: message, ctx: s.ctx, view: s.view, wanted: map[string]bool{}, needs: needs{series: map[string]bool{}, values: map[string]bool{}}}
	if expr == nil {
		s.r.diags.errorf(at, "Missing condition", "There is no condition to judge.")
		return c
	}
	c.text = s.r.sources.of(expr.Range())
	measured := c.collect(expr, true)
	if message != nil {
		c.collect(message, false)
	}
	if c.base && s.unmeasured() {
		s.noBaseline(expr, message)
	}
	slices.Sort(c.series)
	c.series = slices.Compact(c.series)
	if c.check(s.r.diags, s.view.ctx) && !measured {
		s.r.diags.errorAt(expr, s.ctx, "Condition that measures nothing",
			"The condition refers to no probe, baseline or load, so nothing that happens can change it: it cannot fail.")
	}
	c.checkMessage(s.r.diags, s.view.ctx)
	return c
}

// unmeasured reports whether the experiment asks for no baseline.
func (s *scene) unmeasured() bool { return s.cfg.Steady != nil && s.out.Baseline == 0 }

// noBaseline reports every reference to a baseline that nothing measures.
func (s *scene) noBaseline(exprs ...hcl.Expression) {
	for _, expr := range exprs {
		if expr == nil {
			continue
		}
		for _, t := range expr.Variables() {
			if t.RootName() != "baseline" {
				continue
			}
			none := s.cfg.Steady.Baseline.Range()
			s.r.diags.errorf(t.SourceRange(), "No baseline",
				"%s is what is measured before any fault, and nothing is: the baseline is \"0s\" (%s:%d). Compare with a number, or give the baseline a time.",
				diag.Traversal(t), none.Filename, none.Start.Line)
		}
	}
}

// collect notes what an expression refers to, and reports whether anything of
// it is measured. An expression decides if it is the condition, and not its message.
func (c *Condition) collect(expr hcl.Expression, decides bool) bool {
	references, values := expr.Variables(), map[hcl.Range]bool{}
	if own, ok := native(expr); ok {
		references, values = own.Variables(), valuesOf(own)
	}
	measured := false
	for _, t := range references {
		root := t.RootName()
		kind := root
		if root == "baseline" {
			kind, c.base, c.needs.base = "probe", true, c.needs.base || decides
		}
		if kind == "probe" || kind == "load" {
			measured = true
			c.refer(kind, mention{t, values[t.SourceRange()], decides})
		}
	}
	return measured
}

// mention is a reference to something that is measured.
type mention struct {
	hcl.Traversal

	values  bool // where it names no attribute, the expression takes the values of what it leads to
	decides bool // it stands in the condition
}

// usesValue reports whether it is to what samples measured.
func (m mention) usesValue(keyed bool) bool {
	name := attributeOf(m.Traversal, keyed)
	return name == "value" || name == "" && m.values
}

// refer notes one reference; without a name it is to everything of a kind.
func (c *Condition) refer(kind string, m mention) {
	_, name, named := objectOf(m.Traversal)
	for id, s := range c.view.series {
		if s.kind != kind || (named && s.name != name) {
			continue
		}
		c.wanted[id] = true
		for _, key := range s.keys {
			literal, ok := literalKey(m.Traversal)
			if key.Set && ok && literal != key.Text {
				continue
			}
			local := s.local(key)
			c.series = append(c.series, local)
			if m.decides {
				c.needs.series[local] = true
			}
			if m.decides && kind == "probe" && m.usesValue(key.Set) {
				c.needs.values[local] = true
			}
		}
	}
}

// literalKey is "k" of probe.x["k"] and of probe.x.k.
func literalKey(t hcl.Traversal) (string, bool) {
	if len(t) < 3 {
		return "", false
	}
	return stepName(t[2])
}

// attributeOf is "latency" of probe.x.latency.p99 and, with keys, of probe.x["k"].latency.p99; empty where it is not named.
func attributeOf(t hcl.Traversal, keyed bool) string {
	at := 2
	if keyed {
		at++
	}
	if len(t) <= at {
		return ""
	}
	name, _ := stepName(t[at])
	return name
}

// check evaluates the condition; it is false when there was something wrong.
func (c *Condition) check(diags *problems, ctx *hcl.EvalContext) bool {
	value, found := c.Expr.Value(ctx)
	diags.add(found)
	if found.HasErrors() {
		return false
	}
	value, _ = value.UnmarkDeep()
	if _, err := convert.Convert(value, cty.Bool); err != nil || value.IsNull() {
		diags.errorAt(c.Expr, ctx, "Invalid condition", "A condition must be true or false, and this is %s.", described(value))
		return false
	}
	if value.IsWhollyKnown() && len(c.needs.series) > 0 {
		diags.errorAt(c.Expr, ctx, "Condition that is always "+ValueText(value), "Whatever is measured, the condition is %s: it proves nothing.", ValueText(value))
		return false
	}
	return true
}

func (c *Condition) checkMessage(diags *problems, ctx *hcl.EvalContext) {
	if c.Message == nil {
		return
	}
	value, found := c.Message.Value(ctx)
	diags.add(found)
	if found.HasErrors() {
		return
	}
	if _, err := convert.Convert(value, cty.String); err != nil {
		diags.errorAt(c.Message, ctx, "Invalid error_message", "An error_message must be a text, and this is %s.", described(value))
	}
}
