package lang

import (
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/gameday-dev/gameday/providers/schema"
)

// durationFunc is duration("400ms") = 0.4: seconds, as measured times are.
func durationFunc() function.Function {
	return unary("Reads a duration with a unit and gives seconds.", "text", cty.String, cty.Number,
		func(v cty.Value) (cty.Value, error) {
			d, err := schema.ParseDuration(v.AsString())
			return cty.NumberFloatVal(d.Seconds()), err
		})
}

// bytesFunc is bytes("64Mi") = 67108864.
func bytesFunc() function.Function {
	return unary("Reads a size with a unit and gives bytes.", "text", cty.String, cty.Number,
		func(v cty.Value) (cty.Value, error) {
			n, err := schema.ParseSize(v.AsString())
			return cty.NumberIntVal(n), err
		})
}

// percentFunc is percent(0.983) = "98.3 %".
func percentFunc() function.Function {
	return unary("Writes a ratio as a percentage, for messages.", "ratio", cty.Number, cty.String,
		func(v cty.Value) (cty.Value, error) {
			ratio, _ := v.AsBigFloat().Float64()
			return cty.StringVal(percentText(ratio)), nil
		})
}

// percentText has one decimal, or as many as keep a ratio that is not whole
// from being rounded to 0 or 100: a broken 99.96 % must not read as 100 %.
func percentText(ratio float64) string {
	percent := ratio * 100
	for decimals := 1; ; decimals++ {
		text := strconv.FormatFloat(percent, 'f', decimals, 64)
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		whole := (text == "100" && ratio != 1) || ((text == "0" || text == "-0" || text == "") && ratio != 0)
		if !whole || decimals == 6 {
			return text + " %"
		}
	}
}

// unary is a function of one argument that is neither null nor unknown.
func unary(description, param string, from, to cty.Type, apply func(cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Description: description,
		Params:      []function.Parameter{{Name: param, Type: from}},
		Type:        function.StaticReturnType(to),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := apply(args[0])
			if err != nil {
				return cty.UnknownVal(to), function.NewArgError(0, err)
			}
			return v, nil
		},
	})
}
