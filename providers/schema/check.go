package schema

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// checked reports whether the attribute's kind or limits say more than its cty
// type does.
func (a *Attribute) checked() bool {
	switch a.Type.Kind {
	case Whole, Duration, Size, Rate, Percent, Ratio:
		return true
	default:
		return len(a.OneOf) > 0 || a.Min != nil || a.Max != nil || a.hasElements()
	}
}

// hasElements reports whether the attribute has elements of a kind. Those of Any are whatever was given, also null.
func (a *Attribute) hasElements() bool { return a.Type.Of != One && a.Type.Kind != Any }

// check reports everything that is wrong with a decoded value. The range is
// left to hcldec, which fills in that of the expression.
func (a *Attribute) check(v cty.Value) hcl.Diagnostics {
	v, secret := unmark(v)
	if !v.IsKnown() || v.IsNull() {
		return nil
	}
	if a.Type.Of == One {
		return a.checkOne(v, "", secret)
	}
	var diags hcl.Diagnostics
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		if name := a.Name + elementName(key); a.hasElements() && element.IsNull() {
			diags = append(diags, invalid(name, NullElement(name, a.expectation())))
			continue
		}
		diags = append(diags, a.checkOne(element, elementName(key), secret)...)
	}
	return diags
}

// NullElement says what is wrong with an element that is null, and what to do. Left out, it would be missing where it
// narrows a choice, or protects something.
func NullElement(name, expected string) string {
	return fmt.Sprintf("%s is null: expected %s. A variable whose default is env(\"NAME\") is null where that is not set. Give it a value, or leave the element out.", name, expected)
}

func invalid(name, problem string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: fmt.Sprintf("Invalid value for %q", name), Detail: problem}
}

func unmark(v cty.Value) (cty.Value, bool) {
	if !v.ContainsMarked() {
		return v, false
	}
	plain, _ := v.UnmarkDeep()
	return plain, true
}

func elementName(key cty.Value) string {
	if key.Type() == cty.String {
		return fmt.Sprintf("[%q]", key.AsString())
	}
	return fmt.Sprintf("[%s]", key.AsBigFloat().Text('f', 0))
}

func (a *Attribute) checkOne(v cty.Value, element string, secret bool) hcl.Diagnostics {
	if !v.IsKnown() || v.IsNull() {
		return nil
	}
	problem := a.problem(v)
	if problem == "" {
		return nil
	}
	if secret || a.Sensitive {
		problem = "The value, which is sensitive and not shown, is not as expected: " + a.expectation() + "."
	}
	return hcl.Diagnostics{invalid(a.Name+element, problem)}
}

// problem says in full sentences what is wrong with a known value; empty when
// nothing is.
func (a *Attribute) problem(v cty.Value) string {
	if len(a.OneOf) > 0 {
		return a.notOneOf(v.AsString())
	}
	n, err := a.Type.Kind.measure(v)
	if err != nil {
		return sentence(err.Error())
	}
	low, high := a.limits()
	if (low != nil && n < *low) || (high != nil && n > *high) {
		return fmt.Sprintf("%s is out of range: expected %s.", shown(v), a.expectation())
	}
	if a.Type.Kind == Whole {
		return a.notWhole(v)
	}
	return ""
}

// wholeDigits is how long whole numbers may be: every int, and every reader of JSON, has room for these.
const wholeDigits, wholeEnd = 15, 1e15

func (a *Attribute) notWhole(v cty.Value) string {
	n := v.AsBigFloat()
	f, _ := n.Float64()
	switch {
	case math.Abs(f) >= wholeEnd:
		return fmt.Sprintf("%s is out of range: expected %s with at most %d digits.", shown(v), a.expectation(), wholeDigits)
	case !n.IsInt():
		return fmt.Sprintf("%s has a fraction: expected %s.", shown(v), a.expectation())
	default:
		return ""
	}
}

func (a *Attribute) notOneOf(given string) string {
	if slices.Contains(a.OneOf, given) {
		return ""
	}
	text := fmt.Sprintf("%q is not allowed here: expected %s.", given, a.expectation())
	if nearest := Nearest(given, a.OneOf); nearest != "" {
		text += fmt.Sprintf(" Did you mean %q?", nearest)
	}
	return text
}

// sentence closes a text with a full stop.
func sentence(text string) string { return strings.TrimSuffix(text, ".") + "." }

func shown(v cty.Value) string {
	if v.Type() == cty.String {
		return fmt.Sprintf("%q", v.AsString())
	}
	return NumberText(v.AsBigFloat())
}

func (b *Block) checkExclusive(v cty.Value) hcl.Diagnostics {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return nil
	}
	var diags hcl.Diagnostics
	for _, group := range b.Exclusive {
		set := slices.DeleteFunc(slices.Clone(group), func(name string) bool { return !isSet(v.GetAttr(name)) })
		if len(set) > 1 {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError,
				Summary:  "Conflicting arguments",
				Detail:   fmt.Sprintf("Only one of %s may be set, and %s are. Remove all but one.", quoted(group, "and"), quoted(set, "and")),
			})
		}
	}
	return diags
}

// isSet reports whether an attribute or block was written. An unknown attribute
// may still turn out null, and is given the benefit of the doubt.
func isSet(v cty.Value) bool {
	v, _ = v.Unmark()
	if v.IsNull() || !v.IsKnown() {
		return false
	}
	if t := v.Type(); t.IsTupleType() || t.Equals(cty.EmptyObject) {
		return v.LengthInt() > 0
	}
	return true
}

// quoted is `"a", "b" and "c"`.
func quoted(names []string, last string) string {
	var text strings.Builder
	for i, name := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			text.WriteString(" " + last + " ")
		default:
			text.WriteString(", ")
		}
		fmt.Fprintf(&text, "%q", name)
	}
	return text.String()
}
