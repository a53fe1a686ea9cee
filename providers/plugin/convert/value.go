package convert

import (
	"errors"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"

	"github.com/gameday-dev/gameday/providers/schema"
)

// Config is a decoded body on the wire, by the schema of its block.
func Config(block *schema.Block, values schema.Values) ([]byte, error) {
	if values.Cty() == cty.NilVal {
		return nil, nil
	}
	return encode(values.Cty(), block.ImpliedType())
}

// Values is a decoded body from the wire. Nothing is a body in which nothing is known.
func Values(block *schema.Block, data []byte) (schema.Values, error) {
	want := block.ImpliedType()
	if len(data) == 0 {
		return schema.NewValues(cty.UnknownVal(want)), nil
	}
	value, err := decode(data, want)
	if err != nil {
		return schema.Values{}, fmt.Errorf("configuration: %w", err)
	}
	return schema.NewValues(value), nil
}

// DynamicConfig is a decoded body on the wire, for who does not know its schema.
func DynamicConfig(values schema.Values) ([]byte, error) { return Dynamic(values.Cty()) }

// DynamicValues is the inverse of DynamicConfig.
func DynamicValues(data []byte) (schema.Values, error) {
	value, err := FromDynamic(data)
	if err != nil {
		return schema.Values{}, fmt.Errorf("configuration: %w", err)
	}
	return schema.NewValues(value), nil
}

// Dynamic is a value of any type on the wire; cty.NilVal is nothing.
func Dynamic(value cty.Value) ([]byte, error) { return Value(value, cty.DynamicPseudoType) }

// FromDynamic is the inverse of Dynamic.
func FromDynamic(data []byte) (cty.Value, error) { return FromValue(data, cty.DynamicPseudoType) }

// Value is a value of a type on the wire; cty.NilVal is nothing.
func Value(value cty.Value, want cty.Type) ([]byte, error) {
	if value == cty.NilVal {
		return nil, nil
	}
	return encode(value, want)
}

// FromValue is the inverse of Value.
func FromValue(data []byte, want cty.Type) (cty.Value, error) {
	if len(data) == 0 {
		return cty.NilVal, nil
	}
	return decode(data, want)
}

func encode(value cty.Value, want cty.Type) ([]byte, error) {
	unmarked, _ := value.UnmarkDeep() // marks are the host's, and MessagePack has none
	data, err := msgpack.Marshal(unmarked, want)
	if err != nil {
		return nil, fmt.Errorf("encode a %s: %w", want.FriendlyName(), err)
	}
	return data, nil
}

// largestValue is the most that a value may have in bytes: cty reads what is nested in itself by
// recursion, and no stack has room for any depth.
const largestValue = 4 << 20

func decode(data []byte, want cty.Type) (value cty.Value, err error) {
	if want == cty.NilType {
		return cty.NilVal, errors.New("there is a value where none was expected")
	}
	name := want.FriendlyName()
	if len(data) > largestValue {
		return cty.NilVal, fmt.Errorf("expected a %s of at most %d bytes, found %d", name, largestValue, len(data))
	}
	defer func() { // cty panics on some values that it did not write, such as an object with two attributes of one name
		if broken := recover(); broken != nil {
			value, err = cty.NilVal, fmt.Errorf("expected a %s in MessagePack, found something malformed: %v", name, broken)
		}
	}()
	value, err = msgpack.Unmarshal(data, want)
	if err != nil {
		return cty.NilVal, fmt.Errorf("expected a %s in MessagePack: %w", want.FriendlyName(), err)
	}
	return value, nil
}

// TypeJSON is a type on the wire; none is nothing.
func TypeJSON(t cty.Type) ([]byte, error) {
	if t == cty.NilType {
		return nil, nil
	}
	return ctyjson.MarshalType(t)
}

// TypeFrom is the inverse of TypeJSON.
func TypeFrom(data []byte) (t cty.Type, err error) {
	if len(data) == 0 {
		return cty.NilType, nil
	}
	defer func() { // as for values
		if broken := recover(); broken != nil {
			t, err = cty.NilType, fmt.Errorf("expected a cty type in JSON, found something malformed: %v", broken)
		}
	}()
	t, err = ctyjson.UnmarshalType(data)
	if err != nil {
		return cty.NilType, fmt.Errorf("expected a cty type in JSON, such as [\"list\",\"string\"]: %w", err)
	}
	return t, nil
}
