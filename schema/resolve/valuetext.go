package resolve

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/lang"
)

// longest is where the text of a value is cut, in bytes.
const longest = 200

// ValueText writes a value in one line as HCL would, for people. Sensitive
// values are "(sensitive)", unknown ones "(unknown)"; of numbers
// that are not whole, six digits are shown.
func ValueText(v cty.Value) string {
	switch {
	case v == cty.NilVal:
		return "null"
	case lang.IsSensitive(v):
		return lang.Redacted
	case !v.IsWhollyKnown():
		return "(unknown)"
	case v.IsNull():
		return "null"
	case v.Type() == cty.Number:
		return numberText(v.AsBigFloat())
	}
	text := string(hclwrite.TokensForValue(v).Bytes())
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// shownDigits is how many digits of a number that is not whole are shown with a
// condition: enough to see on which side of a limit it lies.
const shownDigits = 6

func numberText(n *big.Float) string {
	f, _ := n.Float64()
	if n.IsInt() || f == 0 {
		return schema.NumberText(n)
	}
	return digitsText(f, shownDigits)
}

// digitsText writes a number with so many significant digits, but with all that
// stand before the point. What is not whole is never written as 0 or 1: almost
// all is not all.
func digitsText(f float64, digits int) string {
	const small, tiny = 100, -9 // tiny: of ten, beyond which nobody counts zeros
	magnitude := int(math.Floor(math.Log10(math.Abs(f))))
	if magnitude < tiny {
		return strconv.FormatFloat(f, 'g', digits, 64)
	}
	text := strconv.FormatFloat(f, 'f', max(0, digits-1-magnitude), 64)
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	if !strings.Contains(text, ".") && math.Abs(f) < small && f != math.Trunc(f) {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return text
}
