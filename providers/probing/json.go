package probing

import (
	"bytes"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// JSON is a document as conditions see it; null when the text is none, or holds
// a number beyond the range of a float64: cty would take it, and whoever writes
// it out would get its millions of digits.
func JSON(text []byte) cty.Value {
	if _, err := decode(text); err != nil {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	text = bytes.TrimSpace(text)
	ty, err := ctyjson.ImpliedType(text)
	if err != nil {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	value, err := ctyjson.Unmarshal(text, ty)
	if err != nil {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return value
}
