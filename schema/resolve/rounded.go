package resolve

import (
	"maps"

	"github.com/zclconf/go-cty/cty"
)

// messageDigits is how many digits a message shows of what was measured. The
// clock gives nine, of which most say nothing.
const messageDigits = 4

// rounded is the scope for messages. Conditions are judged on the exact one.
func (s Scope) rounded() Scope {
	return Scope{Current: roundedWindows(s.Current), Baseline: roundedWindows(s.Baseline)}
}

func roundedWindows(windows map[string]cty.Value) map[string]cty.Value {
	if windows == nil {
		return nil // no baseline is not the same as an empty one
	}
	out := maps.Clone(windows)
	for name, window := range out {
		out[name] = roundedWindow(window)
	}
	return out
}

// roundedWindow leaves the newest sample alone: what it says was not measured
// but read.
func roundedWindow(window cty.Value) cty.Value {
	if window.IsMarked() || window.IsNull() || !window.IsKnown() || !window.Type().IsObjectType() {
		return window
	}
	attrs := window.AsValueMap()
	for name, value := range attrs {
		if name != "last" {
			attrs[name] = roundedNumbers(value)
		}
	}
	return cty.ObjectVal(attrs)
}

func roundedNumbers(value cty.Value) cty.Value {
	rounded, err := cty.Transform(value, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		if v.Type() != cty.Number || v.IsMarked() || v.IsNull() || !v.IsKnown() || v.AsBigFloat().IsInt() {
			return v, nil
		}
		f, _ := v.AsBigFloat().Float64()
		return cty.ParseNumberVal(digitsText(f, messageDigits))
	})
	if err != nil {
		return value // an infinity has no digits
	}
	return rounded
}
