package lang

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// lengthFunc counts elements or attributes, and characters in a string.
func lengthFunc() function.Function {
	return function.New(&function.Spec{
		Description: "The number of elements in a collection, or of characters in a string.",
		Params:      []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true}},
		Type: func(args []cty.Value) (cty.Type, error) {
			if t := args[0].Type(); t == cty.String || t == cty.DynamicPseudoType || t.IsObjectType() {
				return cty.Number, nil
			}
			return stdlib.LengthFunc.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			switch t := args[0].Type(); {
			case t == cty.String:
				return stdlib.Strlen(args[0])
			case t == cty.DynamicPseudoType:
				return cty.UnknownVal(cty.Number), nil
			case t.IsObjectType(): // how many is known, whatever the values
				return cty.NumberIntVal(int64(len(t.AttributeTypes()))), nil
			default:
				return stdlib.Length(args[0])
			}
		},
	})
}

func sumFunc() function.Function {
	return overList("The sum of a list of numbers.", cty.Zero, cty.Value.Add)
}

func allTrueFunc() function.Function {
	return overList("Reports whether every element is true; true for none.", cty.True, cty.Value.And)
}

func anyTrueFunc() function.Function {
	return overList("Reports whether any element is true; false for none.", cty.False, cty.Value.Or)
}

var errNullElement = errors.New("an element is null")

// overList folds a list, set or tuple whose elements convert to the type of what
// an empty one gives.
func overList(description string, empty cty.Value, join func(a, b cty.Value) cty.Value) function.Function {
	element := empty.Type()
	return function.New(&function.Spec{
		Description: description,
		Params:      []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
		Type:        function.StaticReturnType(element),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			list, err := convert.Convert(args[0], cty.List(element))
			if err != nil {
				return cty.UnknownVal(element), function.NewArgError(0, err)
			}
			if !list.IsKnown() {
				return cty.UnknownVal(element), nil
			}
			total := empty
			for _, e := range list.AsValueSlice() {
				if e.IsNull() {
					return cty.UnknownVal(element), function.NewArgError(0, errNullElement)
				}
				total = join(total, e)
			}
			return total, nil
		},
	})
}
