package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// native is an expression in HCL's own syntax, in which one can look around. In JSON it stands in a template.
func native(expr hcl.Expression) (hclsyntax.Expression, bool) {
	if own, ok := expr.(hclsyntax.Expression); ok {
		return own, true
	}
	text, diags := expr.Value(nil) // without a context, JSON gives what is written
	if diags.HasErrors() || text.IsNull() || !text.IsKnown() || text.Type() != cty.String {
		return nil, false
	}
	parsed, diags := hclsyntax.ParseTemplate([]byte(text.AsString()), expr.Range().Filename, expr.Range().Start)
	return parsed, !diags.HasErrors()
}

// valuesOf are the references of an expression to windows, whole or of all instances, of which it takes the values
// somewhere else: the one in [for q in probe.each : q.value.max]. The reference itself does not say so.
func valuesOf(expr hclsyntax.Expression) map[hcl.Range]bool {
	v := &valueSteps{found: map[hcl.Range]bool{}}
	_ = hclsyntax.Walk(expr, v) // it says only what Enter and Exit do
	return v.found
}

// valueSteps looks for steps to a value, and follows them back.
type valueSteps struct {
	scopes []map[string][]hcl.Traversal // the names of the for expressions around, with what they go through
	found  map[hcl.Range]bool           // references, by place
}

// Enter is part of hclsyntax.Walker.
func (v *valueSteps) Enter(n hclsyntax.Node) hcl.Diagnostics {
	switch n := n.(type) {
	case *hclsyntax.ForExpr:
		through := v.sources(n.CollExpr)
		v.scopes = append(v.scopes, map[string][]hcl.Traversal{n.KeyVar: through, n.ValVar: through})
	case *hclsyntax.ScopeTraversalExpr:
		if through, ok := v.local(n.Traversal.RootName()); ok && hasValueStep(n.Traversal) {
			v.note(through)
		}
	case *hclsyntax.RelativeTraversalExpr:
		if hasValueStep(n.Traversal) {
			v.note(v.sources(n.Source))
		}
	case *hclsyntax.SplatExpr:
		v.splat(n)
	}
	return nil
}

// Exit is part of hclsyntax.Walker.
func (v *valueSteps) Exit(n hclsyntax.Node) hcl.Diagnostics {
	if _, ok := n.(*hclsyntax.ForExpr); ok {
		v.scopes = v.scopes[:len(v.scopes)-1]
	}
	return nil
}

// splat follows the steps after a [*], which start from a symbol without a name.
func (v *valueSteps) splat(s *hclsyntax.SplatExpr) {
	_ = hclsyntax.VisitAll(s.Each, func(n hclsyntax.Node) hcl.Diagnostics {
		if step, ok := n.(*hclsyntax.RelativeTraversalExpr); ok && hasValueStep(step.Traversal) {
			v.note(v.sources(s.Source))
		}
		return nil
	})
}

// local is what a name of a for expression goes through.
func (v *valueSteps) local(name string) ([]hcl.Traversal, bool) {
	for i := len(v.scopes) - 1; i >= 0; i-- {
		if through, ok := v.scopes[i][name]; ok {
			return through, true
		}
	}
	return nil, false
}

// sources are the references from which an expression takes what it is.
func (v *valueSteps) sources(expr hclsyntax.Expression) []hcl.Traversal {
	var out []hcl.Traversal
	for _, t := range expr.Variables() {
		if through, ok := v.local(t.RootName()); ok {
			out = append(out, through...)
		} else {
			out = append(out, t)
		}
	}
	return out
}

func (v *valueSteps) note(references []hcl.Traversal) {
	for _, t := range references {
		v.found[t.SourceRange()] = true
	}
}

// hasValueStep reports whether some step leads to what samples measured: the one of the newest sample alone may be null.
func hasValueStep(t hcl.Traversal) bool {
	before := ""
	for _, step := range t {
		name, _ := stepName(step)
		if name == "value" && before != "last" {
			return true
		}
		before = name
	}
	return false
}
