package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/diag"
)

// everywhere is where a reference can stand that is refused only in variables.
const everywhere = "everywhere"

// roots are the names that references start with, and where each is known.
func roots() map[string]string {
	return map[string]string{
		"var":         everywhere,
		"local":       everywhere,
		"module":      everywhere,
		"environment": everywhere,
		"path":        everywhere,
		"run":         everywhere,
		"each":        "in a block that has for_each",
		"self":        "in the body of an environment",
		"probe":       "in the condition and error_message of an assert or stop_condition",
		"baseline":    "in the condition and error_message of an assert or stop_condition",
		"load":        "in the condition and error_message of an assert or stop_condition",
		"fault":       "in a fault that comes after it",
		"experiment":  "in depends_on and in the experiments of a suite",
	}
}

// explain rewrites what HCL says of a reference that leads nowhere: where such
// a reference may stand, or what was probably meant.
func explain(d *hcl.Diagnostic) {
	explainFunction(d)
	if text, found := strings.CutSuffix(d.Detail, "?."); found {
		d.Detail = text + "?" // HCL closes what functions say with a full stop
	}
	expr, ok := d.Expression.(*hclsyntax.ScopeTraversalExpr)
	if !ok || d.EvalContext == nil || d.Subject == nil {
		return
	}
	switch d.Summary {
	case "Unknown variable":
		explainRoot(d, expr.Traversal)
	case "Unsupported attribute", "Missing map element", "Invalid index":
		explainStep(d, expr.Traversal)
	}
}

// explainFunction suggests the function that was probably meant, if HCL did not.
func explainFunction(d *hcl.Diagnostic) {
	call, ok := d.Expression.(*hclsyntax.FunctionCallExpr)
	if !ok || d.Summary != "Call to unknown function" || strings.Contains(d.Detail, "Did you mean") {
		return
	}
	var names []string
	for ctx := d.EvalContext; ctx != nil; ctx = ctx.Parent() {
		names = slices.AppendSeq(names, maps.Keys(ctx.Functions))
	}
	slices.Sort(names)
	if nearest := schema.Nearest(call.Name, names); nearest != "" {
		d.Detail += fmt.Sprintf(" Did you mean %q?", nearest)
	}
}

func explainRoot(d *hcl.Diagnostic, t hcl.Traversal) {
	name, known := t.RootName(), roots()
	if where, ok := known[name]; ok {
		d.Summary = fmt.Sprintf("%q cannot be used here", name)
		d.Detail = fmt.Sprintf("References to %s.… can be used only %s.", name, where)
		if where == everywhere {
			d.Detail = "The default of a variable may refer to nothing, and its validation only to variables."
		}
		return
	}
	d.Summary = "Unknown reference"
	d.Detail = fmt.Sprintf("Nothing is called %q here.", name)
	if nearest := schema.Nearest(name, slices.Sorted(maps.Keys(known))); nearest != "" {
		d.Detail += fmt.Sprintf(" Did you mean %q?", nearest)
	} else if len(t) == 1 {
		d.Detail += fmt.Sprintf(" A text is written in quotes: %q.", name)
	}
}

// explainStep finds the value in which the failing step looked.
func explainStep(d *hcl.Diagnostic, t hcl.Traversal) {
	for i := 1; i < len(t); i++ {
		if t[i].SourceRange() != *d.Subject {
			continue
		}
		in, diags := t[:i].TraverseAbs(d.EvalContext)
		name, ok := stepName(t[i])
		if diags.HasErrors() || !ok {
			return
		}
		describeMissing(d, t[:i], name, in)
		return
	}
}

func describeMissing(d *hcl.Diagnostic, before hcl.Traversal, name string, in cty.Value) {
	names := namesIn(in)
	if names == nil && !in.Type().IsObjectType() {
		return
	}
	text := diag.Traversal(before)
	d.Summary = "Unknown attribute"
	d.Detail = fmt.Sprintf("%s has no %q.", text, name)
	if _, known := roots()[text]; known {
		d.Summary = "Reference to something undeclared"
		d.Detail = fmt.Sprintf("There is no %s %q here.", kindName(text), name)
	}
	d.Detail += suggest(name, names, "It has")
}

// kindName is what a root stands for: a baseline is that of a probe.
func kindName(root string) string {
	switch root {
	case "var":
		return "variable"
	case "local":
		return "local value"
	case "baseline":
		return "probe"
	default:
		return root
	}
}

// suggest names the nearest name or, when none is near, all of a few.
func suggest(given string, names []string, all string) string {
	if nearest := schema.Nearest(given, names); nearest != "" {
		return fmt.Sprintf(" Did you mean %q?", nearest)
	}
	if len(names) == 0 || len(names) > 12 {
		return ""
	}
	return fmt.Sprintf(" %s %s.", all, strings.Join(names, ", "))
}

func namesIn(v cty.Value) []string {
	v, _ = v.Unmark()
	switch t := v.Type(); {
	case t.IsObjectType():
		return slices.Sorted(maps.Keys(t.AttributeTypes()))
	case t.IsMapType() && v.IsKnown() && !v.IsNull():
		return slices.Sorted(maps.Keys(v.AsValueMap()))
	default:
		return nil
	}
}

// stepName is the name that a step asks for, by attribute or by index.
func stepName(step hcl.Traverser) (string, bool) {
	switch s := step.(type) {
	case hcl.TraverseAttr:
		return s.Name, true
	case hcl.TraverseIndex:
		if s.Key.Type() == cty.String && s.Key.IsKnown() && !s.Key.IsNull() {
			return s.Key.AsString(), true
		}
	}
	return "", false
}
