package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/schema"
)

// maxValueText is how much of a value is shown, in characters.
const maxValueText = 60

// involved says what the references in the failed expression evaluated to.
func involved(d *hcl.Diagnostic) []Value {
	values := []Value{}
	if d.Expression == nil || d.EvalContext == nil {
		return values
	}
	seen := map[string]bool{}
	for _, traversal := range d.Expression.Variables() {
		name := Traversal(traversal)
		if seen[name] {
			continue
		}
		seen[name] = true
		if v, ok := lookup(traversal, d.EvalContext); ok {
			values = append(values, Value{name, statement(v)})
		}
	}
	slices.SortFunc(values, func(a, b Value) int { return cmp.Compare(a.Traversal, b.Traversal) })
	return values
}

// lookup follows a traversal as far as it leads; false if it leads nowhere.
func lookup(traversal hcl.Traversal, ctx *hcl.EvalContext) (cty.Value, bool) {
	if traversal.IsRelative() {
		return cty.NilVal, false
	}
	v, diags := traversal.TraverseAbs(ctx)
	return v, !diags.HasErrors() && v != cty.NilVal
}

// Traversal writes a traversal as HCL would, with what is in its brackets cut if
// it is long.
func Traversal(t hcl.Traversal) string {
	var text strings.Builder
	for _, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			text.WriteString(step.Name)
		case hcl.TraverseAttr:
			text.WriteString("." + step.Name)
		case hcl.TraverseIndex:
			fmt.Fprintf(&text, "[%s]", literal(step.Key))
		case hcl.TraverseSplat:
			text.WriteString("[*]")
		}
	}
	return text.String()
}

// statement says of a value what helps to see why it does not fit.
func statement(v cty.Value) string {
	if v.ContainsMarked() {
		// Whatever the mark is, it was put there to be careful with the value.
		return "is (sensitive value)"
	}
	t := v.Type()
	switch {
	case !v.IsKnown() && t == cty.DynamicPseudoType:
		return "is not known yet"
	case !v.IsKnown():
		return "is " + a(typeName(t)) + ", not known yet"
	case v.IsNull():
		return "is null"
	case t.IsPrimitiveType():
		return "is " + literal(v)
	default:
		return "is " + collection(v)
	}
}

// literal is a primitive value in the language's own syntax, shortened.
func literal(v cty.Value) string {
	if v.IsMarked() || !v.IsKnown() || v.IsNull() || !v.Type().IsPrimitiveType() {
		return "..."
	}
	if v.Type() == cty.String {
		return string(hclwrite.TokensForValue(cty.StringVal(shorten(v.AsString()))).Bytes())
	}
	if v.Type() == cty.Number {
		return schema.NumberText(v.AsBigFloat())
	}
	return fmt.Sprint(v.True())
}

func shorten(text string) string {
	runes := []rune(text)
	if len(runes) <= maxValueText {
		return text
	}
	return string(runes[:maxValueText]) + "…"
}

// collection describes a known list, set, map, tuple or object.
func collection(v cty.Value) string {
	n := v.LengthInt()
	t := v.Type()
	switch {
	case t.IsObjectType():
		return objectText(v)
	case t.IsMapType():
		return a(typeName(t)) + " with " + count(n, "element")
	default:
		return a(typeName(t)) + " with " + count(n, "element")
	}
}

// objectText names the attributes of a small object: they are what the reader
// is most likely looking for.
func objectText(v cty.Value) string {
	var names []string
	for name := range v.Type().AttributeTypes() {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return "an empty object"
	}
	const few = 6
	if len(names) > few {
		return "an object with " + count(len(names), "attribute")
	}
	return "an object with " + strings.Join(names, ", ")
}

func typeName(t cty.Type) string {
	switch {
	case t.IsTupleType():
		return "tuple"
	case t.IsObjectType():
		return "object"
	default:
		return t.FriendlyName()
	}
}

func count(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun + "s"
	case 1:
		return "1 " + noun
	default:
		return fmt.Sprintf("%d %ss", n, noun)
	}
}

// a puts the article before a noun.
func a(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
