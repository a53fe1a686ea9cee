package lang

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// withoutTrace is a function that says so in short where it cannot cope with its
// arguments. cty catches the panic of one, as that of log(-1, 10), and its error is
// the trace of a goroutine. All else is left to the function: what its arguments
// may be, and what of a result is known before they are.
func withoutTrace(f function.Function) function.Function {
	spec := &function.Spec{
		Description: f.Description(),
		Type: func(args []cty.Value) (cty.Type, error) {
			t, err := f.ReturnTypeForValues(args)
			return t, inShort(err)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := f.Call(args)
			return v, inShort(err)
		},
	}
	for _, p := range f.Params() {
		spec.Params = append(spec.Params, passing(p))
	}
	if p := f.VarParam(); p != nil {
		rest := passing(*p)
		spec.VarParam = &rest
	}
	return function.New(spec)
}

// passing is a parameter that passes on whatever it is given.
func passing(p function.Parameter) function.Parameter {
	p.AllowNull, p.AllowUnknown, p.AllowDynamicType, p.AllowMarked = true, true, true, true
	return p
}

var errNoResult = errors.New("it has no result for these arguments: check whether they are in its range")

func inShort(err error) error {
	var panicked function.PanicError
	if errors.As(err, &panicked) {
		return errNoResult
	}
	return err
}
