package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// maxFields is the most that the fields of one sample may take, in bytes: beyond
// it they are left out, so that a frame always fits.
const maxFields = 1 << 20

// EncodeFields writes a sample's fields, attribute by attribute. What does not
// fit, or is no value of JSON, is null.
func EncodeFields(fields cty.Value, ty cty.Type) map[string]json.RawMessage {
	if fields == cty.NilVal || fields.IsNull() || !fields.Type().IsObjectType() || !ty.IsObjectType() {
		return nil
	}
	encoded, size := map[string]json.RawMessage{}, 0
	for name, attr := range ty.AttributeTypes() {
		if !fields.Type().HasAttribute(name) {
			continue
		}
		text, err := ctyjson.Marshal(fields.GetAttr(name), attr)
		if err != nil || size+len(text) > maxFields {
			continue
		}
		size += len(text)
		encoded[name] = text
	}
	return encoded
}

// DecodeFields reads what EncodeFields wrote. Attributes that are missing are null.
func DecodeFields(encoded map[string]json.RawMessage, ty cty.Type) (cty.Value, error) {
	if ty == cty.NilType || !ty.IsObjectType() || encoded == nil {
		return cty.NilVal, nil
	}
	attrs := map[string]cty.Value{}
	for name, attr := range ty.AttributeTypes() {
		attrs[name] = cty.NullVal(attr)
		text, found := encoded[name]
		if !found {
			continue
		}
		value, err := ctyjson.Unmarshal(text, attr)
		if err != nil {
			return cty.NilVal, fmt.Errorf("read the field %s of a sample: %w", name, err)
		}
		attrs[name] = value
	}
	return cty.ObjectVal(attrs), nil
}

// A Thinner leaves out of samples what was the same in the one before: most
// answers are. It belongs to one stream on one connection.
type Thinner struct{ last map[string]json.RawMessage }

// Thin is the sample without what need not be sent.
func (t *Thinner) Thin(s Sample) Sample {
	if s.Fields == nil {
		return s
	}
	full := s.Fields
	s.Fields = map[string]json.RawMessage{}
	for name, text := range full {
		if last, found := t.last[name]; found && bytes.Equal(last, text) {
			s.Same = append(s.Same, name)
		} else {
			s.Fields[name] = text
		}
	}
	slices.Sort(s.Same)
	t.last = full
	return s
}

// A Thickener puts back what a Thinner left out.
type Thickener struct{ last map[string]json.RawMessage }

// Thicken is the sample as it was. It reports whether all of it could be found.
func (t *Thickener) Thicken(s Sample) (Sample, bool) {
	if s.Fields == nil && s.Same == nil {
		return s, true
	}
	full, whole := map[string]json.RawMessage{}, true
	for name, text := range s.Fields {
		full[name] = text
	}
	for _, name := range s.Same {
		text, found := t.last[name]
		whole = whole && found
		if found {
			full[name] = text
		}
	}
	s.Fields, s.Same, t.last = full, nil, full
	return s, whole
}
