package lang

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

type mark string

// Sensitive marks a value that must not appear in any output, report or record.
const Sensitive = mark("sensitive")

// Redacted is what is shown in place of a sensitive value.
const Redacted = "(sensitive)"

// IsSensitive reports whether a value, or anything in it, is sensitive.
func IsSensitive(v cty.Value) bool {
	return v != cty.NilVal && v.ContainsMarked()
}

// Plain is a value without any mark.
func Plain(v cty.Value) cty.Value {
	if !IsSensitive(v) {
		return v
	}
	v, _ = v.UnmarkDeep()
	return v
}

func sensitiveFunc() function.Function {
	return markFunc("Marks a value as sensitive.", func(v cty.Value) cty.Value { return v.Mark(Sensitive) })
}

func nonsensitiveFunc() function.Function {
	return markFunc("Removes the sensitivity of a value that reveals nothing.", func(v cty.Value) cty.Value {
		v, _ = v.Unmark()
		return v
	})
}

func markFunc(description string, apply func(cty.Value) cty.Value) function.Function {
	return function.New(&function.Spec{
		Description: description,
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType,
			AllowUnknown: true, AllowNull: true, AllowMarked: true, AllowDynamicType: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return apply(args[0]), nil },
	})
}
