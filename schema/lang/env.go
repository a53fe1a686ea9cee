package lang

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// envFunc reads an environment variable; null when it is not set, so that
// coalesce(env("X"), "otherwise") works.
func envFunc(lookup func(string) (string, bool)) function.Function {
	return unary("Reads an environment variable; null when it is not set.", "name", cty.String, cty.String,
		func(v cty.Value) (cty.Value, error) {
			if text, ok := lookup(v.AsString()); ok {
				return cty.StringVal(text), nil
			}
			return cty.NullVal(cty.String), nil
		})
}

// noEnvFunc stands where env is not allowed, to say so instead of "there is no
// function".
func noEnvFunc() function.Function {
	return unary("Reads an environment variable, in the default of a variable.", "name", cty.String, cty.String,
		func(cty.Value) (cty.Value, error) { return cty.NullVal(cty.String), errEnvHere })
}

var errEnvHere = errors.New("env can be used only in the default of a variable, so that everything a run depends on is a variable; declare one and refer to it")
