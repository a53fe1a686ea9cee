package schema

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"time"
)

// zeroParts are the "0m0s" and "0s" that time.Duration ends round values with.
var zeroParts = regexp.MustCompile(`([hm])(0[ms])+$`)

// FormatDuration writes seconds as ParseDuration reads them: "1m30s", "2h".
func FormatDuration(seconds float64) string {
	d := time.Duration(math.Round(seconds * float64(time.Second)))
	return zeroParts.ReplaceAllString(d.String(), "$1")
}

// FormatSize writes bytes with the largest binary unit that divides them:
// "64Mi", "1500B".
func FormatSize(bytes int64) string {
	return formatUnit(bytes, []unit{{"Ti", 1 << 40}, {"Gi", 1 << 30}, {"Mi", 1 << 20}, {"Ki", 1 << 10}}, "B")
}

// FormatRate writes bits per second with the largest unit that divides them:
// "1mbit". Less than a kbit is written as a fraction of one.
func FormatRate(bits int64) string {
	if bits%1e3 != 0 {
		return strconv.FormatFloat(float64(bits)/1e3, 'f', -1, 64) + "kbit"
	}
	return formatUnit(bits/1e3, []unit{{"gbit", 1e6}, {"mbit", 1e3}}, "kbit")
}

// NumberText writes a number for people, and soon, however large it is: a whole one in full while anyone may want to read
// that, others with the digits that a float has.
func NumberText(n *big.Float) string {
	const inFull, least, most = 256, 1e-6, 1e21 // bits; where exponents begin
	f, _ := n.Float64()
	switch size := math.Abs(f); {
	case n.IsInt() && n.MantExp(nil) <= inFull:
		return n.Text('f', 0)
	case size == 0:
		return "almost 0"
	case math.IsInf(f, 1):
		return "more than 1e+308"
	case math.IsInf(f, -1):
		return "less than -1e+308"
	case size < least || size >= most:
		return strconv.FormatFloat(f, 'g', -1, 64)
	default:
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
}

func formatUnit(n int64, units []unit, base string) string {
	for _, u := range units {
		if n != 0 && n%int64(u.factor) == 0 {
			return strconv.FormatInt(n/int64(u.factor), 10) + u.suffix
		}
	}
	return strconv.FormatInt(n, 10) + base
}
