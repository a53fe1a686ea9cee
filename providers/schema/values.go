package schema

import (
	"time"

	"github.com/zclconf/go-cty/cty"
)

// Values is a decoded body, read in base units. A getter of an attribute that
// is null returns the zero value; Known tells null and unknown from zero.
// Marks (sensitivity) have been removed by the host before a provider sees it.
type Values struct{ object cty.Value }

// NewValues wraps the object that a Block's Spec decoded.
func NewValues(object cty.Value) Values { return Values{object} }

// Cty is the wrapped object.
func (v Values) Cty() cty.Value { return v.object }

// WhollyKnown reports whether nothing in it is unknown.
func (v Values) WhollyKnown() bool { return v.object.IsWhollyKnown() }

// Attr is the raw value of an attribute or block; null when it is not set.
func (v Values) Attr(name string) cty.Value {
	if v.object == cty.NilVal || !v.object.IsKnown() || v.object.IsNull() {
		return cty.DynamicVal
	}
	if !v.object.Type().HasAttribute(name) {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return v.object.GetAttr(name)
}

// Known reports whether the attribute has a value: set or defaulted, and known.
func (v Values) Known(name string) bool {
	attr := v.Attr(name)
	return attr.IsKnown() && !attr.IsNull()
}

// String is a string attribute.
func (v Values) String(name string) string {
	if !v.Known(name) {
		return ""
	}
	return v.Attr(name).AsString()
}

// Bool is a bool attribute.
func (v Values) Bool(name string) bool { return v.Known(name) && v.Attr(name).True() }

// Float is a number, percent or ratio.
func (v Values) Float(name string) float64 {
	if !v.Known(name) {
		return 0
	}
	f, _ := v.Attr(name).AsBigFloat().Float64()
	return f
}

// Int is a whole number. One of another kind is rounded towards zero, and kept within what is checked of whole ones: a
// float that no int holds becomes any int.
func (v Values) Int(name string) int { return int(min(max(v.Float(name), -wholeEnd), wholeEnd)) }

// Duration is a duration attribute. Its text was checked when it was decoded.
func (v Values) Duration(name string) time.Duration {
	d, _ := ParseDuration(v.String(name))
	return d
}

// Size is a size attribute in bytes.
func (v Values) Size(name string) int64 {
	n, _ := ParseSize(v.String(name))
	return n
}

// Rate is a rate attribute in bits per second.
func (v Values) Rate(name string) int64 {
	n, _ := ParseRate(v.String(name))
	return n
}

// Strings is a list of strings. Unknown elements are left out; null ones were refused when it was decoded.
func (v Values) Strings(name string) []string {
	if !v.Known(name) {
		return nil
	}
	var out []string
	for _, element := range v.Attr(name).AsValueSlice() {
		if element.IsKnown() && !element.IsNull() {
			out = append(out, element.AsString())
		}
	}
	return out
}

// StringMap is a map of strings. Unknown elements are left out; null ones were refused when it was decoded.
func (v Values) StringMap(name string) map[string]string {
	if !v.Known(name) {
		return nil
	}
	out := map[string]string{}
	for key, element := range v.Attr(name).AsValueMap() {
		if element.IsKnown() && !element.IsNull() {
			out[key] = element.AsString()
		}
	}
	return out
}

// Block is a Single nested block; its Known is false for every name when it is
// not there. Has tells whether it is.
func (v Values) Block(name string) Values { return Values{v.Attr(name)} }

// Has reports whether a nested block is there.
func (v Values) Has(name string) bool { return v.Known(name) }

// Blocks are the nested blocks of a List, in order.
func (v Values) Blocks(name string) []Values {
	if !v.Known(name) {
		return nil
	}
	var out []Values
	for _, element := range v.Attr(name).AsValueSlice() {
		out = append(out, Values{element})
	}
	return out
}

// BlockMap is the nested blocks of a Map, by label.
func (v Values) BlockMap(name string) map[string]Values {
	if !v.Known(name) {
		return nil
	}
	out := map[string]Values{}
	for label, element := range v.Attr(name).AsValueMap() {
		out[label] = Values{element}
	}
	return out
}
