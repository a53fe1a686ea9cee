package resolve

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/lang"
)

// longest is where the text of a value is cut, in bytes.
const longest = 200

// ValueText writes a value in one line as HCL would, for people. Sensitive
// values are "(sensitive)", unknown ones "(unknown)"; numbers are rounded to
// nine decimals, a nanosecond in measured times.
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

func numberText(n *big.Float) string {
	if n.IsInt() {
		return n.Text('f', 0)
	}
	f, _ := n.Float64()
	text := strings.TrimRight(strconv.FormatFloat(f, 'f', 9, 64), "0")
	if text = strings.TrimSuffix(text, "."); text == "0" || text == "-0" {
		return strconv.FormatFloat(f, 'g', 3, 64)
	}
	return text
}
