package schema

import (
	"fmt"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

// measure is a known value in base units: seconds, bytes, bits per second, or
// the number itself. Kinds that have no measure give 0.
func (k Kind) measure(v cty.Value) (float64, error) {
	switch k {
	case Duration:
		d, err := ParseDuration(v.AsString())
		return d.Seconds(), err
	case Size:
		n, err := ParseSize(v.AsString())
		return float64(n), err
	case Rate:
		n, err := ParseRate(v.AsString())
		return float64(n), err
	case Numeric, Whole, Percent, Ratio:
		f, _ := v.AsBigFloat().Float64()
		return f, nil
	default:
		return 0, nil
	}
}

// limits are Min and Max, or what the kind implies. Durations are refused when
// negative unless Min allows it.
func (a *Attribute) limits() (low, high *float64) {
	low, high = a.Min, a.Max
	switch a.Type.Kind {
	case Duration:
		low = or(low, 0)
	case Percent:
		low, high = or(low, 0), or(high, 100)
	case Ratio:
		low, high = or(low, 0), or(high, 1)
	}
	return low, high
}

func or(limit *float64, otherwise float64) *float64 {
	if limit != nil {
		return limit
	}
	return &otherwise
}

// expectation says what values are allowed: `a duration of at least "1s"`.
func (a *Attribute) expectation() string {
	if len(a.OneOf) > 0 {
		if len(a.OneOf) == 1 {
			return strconv.Quote(a.OneOf[0])
		}
		return quoted(a.OneOf, "or")
	}
	return a.Type.Kind.noun() + a.limitText()
}

func (a *Attribute) limitText() string {
	low, high := a.limits()
	if a.Type.Kind == Duration && low != nil && *low == 0 && a.Min == nil && high == nil {
		return " that is not negative"
	}
	show := func(n *float64) string { return a.Type.Kind.format(*n) }
	switch {
	case low != nil && high != nil:
		return fmt.Sprintf(" between %s and %s", show(low), show(high))
	case low != nil:
		return " of at least " + show(low)
	case high != nil:
		return " of at most " + show(high)
	default:
		return ""
	}
}

func (k Kind) noun() string {
	switch k {
	case Duration:
		return "a duration with a unit"
	case Size:
		return "a size with a unit"
	case Rate:
		return "a rate in kbit, mbit or gbit"
	case Percent:
		return "a percentage"
	case Ratio:
		return "a ratio"
	case Numeric:
		return "a number"
	case Whole:
		return "a whole number"
	case Bool:
		return "true or false"
	case Any:
		return "any value"
	default:
		return "a string"
	}
}

// format writes a number of base units as users would.
func (k Kind) format(n float64) string {
	switch k {
	case Duration:
		return strconv.Quote(FormatDuration(n))
	case Size:
		return strconv.Quote(FormatSize(int64(n)))
	case Rate:
		return strconv.Quote(FormatRate(int64(n)))
	default:
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
}
