package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// staticString reads an argument that must be a literal text; "" if it is not
// set or wrong.
func (l *loader) staticString(content *hcl.BodyContent, name string) string {
	v := l.static(content, name, cty.String, "a text in quotes")
	if v == cty.NilVal {
		return ""
	}
	return v.AsString()
}

// staticBool reads an argument that must be true or false.
func (l *loader) staticBool(content *hcl.BodyContent, name string, otherwise bool) bool {
	v := l.static(content, name, cty.Bool, "true or false")
	if v == cty.NilVal {
		return otherwise
	}
	return v.True()
}

// static evaluates an argument without variables; cty.NilVal if it is not set or
// wrong.
func (l *loader) static(content *hcl.BodyContent, name string, t cty.Type, want string) cty.Value {
	expr := argument(content, name)
	if expr == nil {
		return cty.NilVal
	}
	return l.literal(expr, name, t, want)
}

func (l *loader) literal(expr hcl.Expression, name string, t cty.Type, want string) cty.Value {
	if len(expr.Variables()) > 0 {
		l.invalid(expr.Range(), "Invalid "+name, "The value of %q must be written out, %s: it is read before anything is evaluated.", name, want)
		return cty.NilVal
	}
	v, diags := expr.Value(nil)
	if diags.HasErrors() {
		l.report(diags...)
		return cty.NilVal
	}
	v, err := convert.Convert(v, t)
	if err != nil || v.IsNull() || !v.IsKnown() {
		l.invalid(expr.Range(), "Invalid "+name, "The value of %q must be %s.", name, want)
		return cty.NilVal
	}
	return v
}

// variableType reads a type constraint; any type if it is not set or wrong.
func (l *loader) variableType(content *hcl.BodyContent) TypeConstraint {
	expr := argument(content, "type")
	if expr == nil {
		return TypeConstraint{Type: cty.DynamicPseudoType}
	}
	t, defaults, diags := typeexpr.TypeConstraintWithDefaults(expr)
	for _, diag := range diags {
		explainType(diag, expr)
	}
	l.report(diags...)
	if diags.HasErrors() {
		return TypeConstraint{Type: cty.DynamicPseudoType}
	}
	return TypeConstraint{Type: t, Defaults: defaults}
}

// explainType adds to an error in a type what was probably meant.
func explainType(diag *hcl.Diagnostic, expr hcl.Expression) {
	if strings.HasPrefix(diag.Detail, "The keyword ") {
		diag.Detail += didYouMean(quoted(diag.Detail), "string", "number", "bool", "any", "list", "set", "map", "object", "tuple")
		return
	}
	if v, diags := expr.Value(nil); !diags.HasErrors() && v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
		diag.Detail = fmt.Sprintf("A type is written without quotes: type = %s.", v.AsString())
	}
}

// dependsOn reads a list of references.
func (l *loader) dependsOn(content *hcl.BodyContent) []hcl.Traversal {
	expr := argument(content, "depends_on")
	if expr == nil {
		return nil
	}
	elements, diags := hcl.ExprList(expr)
	if diags.HasErrors() {
		l.invalid(expr.Range(), "Invalid depends_on", "Expected a list of references, such as [fault.first, fault.second].")
		return nil
	}
	var refs []hcl.Traversal
	for _, element := range elements {
		ref, diags := hcl.AbsTraversalForExpr(element)
		if diags.HasErrors() {
			l.invalid(element.Range(), "Invalid depends_on", "Expected a reference, such as fault.first, without quotes and written out.")
			continue
		}
		refs = append(refs, ref)
	}
	return refs
}

// invalid reports an error at a place.
func (l *loader) invalid(at hcl.Range, summary, format string, args ...any) {
	l.report(&hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &at,
	})
}
