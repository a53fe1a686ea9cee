package schema

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseDuration reads a duration with a unit: "300ms", "1m30s", "2h". It is
// time.ParseDuration, with an error that says what would have been right.
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration: expected a number with a unit, such as \"300ms\", \"5s\" or \"1m30s\" (units: ns, us, ms, s, m, h)", text)
	}
	return d, nil
}

// unit is a suffix and how many base units it stands for.
type unit struct {
	suffix string
	factor float64
}

// sizeUnits are those of Kubernetes quantities and of everyday writing. Longest
// suffixes first, so that "KiB" is not read as "B".
func sizeUnits() []unit {
	return []unit{
		{"KiB", 1 << 10},
		{"MiB", 1 << 20},
		{"GiB", 1 << 30},
		{"TiB", 1 << 40},
		{"Ki", 1 << 10},
		{"Mi", 1 << 20},
		{"Gi", 1 << 30},
		{"Ti", 1 << 40},
		{"kB", 1e3},
		{"KB", 1e3},
		{"MB", 1e6},
		{"GB", 1e9},
		{"TB", 1e12},
		{"k", 1e3},
		{"M", 1e6},
		{"G", 1e9},
		{"T", 1e12},
		{"B", 1},
	}
}

// ParseSize reads a size with a unit in bytes: "64Mi", "10MB", "512B".
func ParseSize(text string) (int64, error) {
	n, ok := parseUnit(text, sizeUnits())
	if !ok {
		return 0, fmt.Errorf("%q is not a size: expected a number with a unit, such as \"64Mi\", \"10MB\" or \"512B\" (units: B, k, M, G, T, Ki, Mi, Gi, Ti, each with or without a closing B)", text)
	}
	return n, nil
}

// rateUnits are tc's bit units; its byte units are left out on purpose, as other
// tools disagree on what "mbps" means.
func rateUnits() []unit {
	return []unit{{"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}}
}

// ParseRate reads a bandwidth in bits per second: "1mbit", "64kbit".
func ParseRate(text string) (int64, error) {
	n, ok := parseUnit(text, rateUnits())
	if !ok {
		return 0, fmt.Errorf("%q is not a rate: expected a number with kbit, mbit or gbit, such as \"1mbit\"", text)
	}
	return n, nil
}

func parseUnit(text string, units []unit) (int64, bool) {
	for _, u := range units {
		number, found := strings.CutSuffix(text, u.suffix)
		if !found {
			continue
		}
		number = strings.TrimRight(number, " ")
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || !decimal(number) || n*u.factor > math.MaxInt64/2 {
			return 0, false
		}
		return int64(math.Round(n * u.factor)), true
	}
	return 0, false
}

// decimal reports whether a number that ParseFloat took is written in plain
// decimal without a sign: hexadecimal, "Inf" and "NaN" mean a mistake.
func decimal(number string) bool {
	return strings.Trim(number, "0123456789.eE+-") == "" && strings.ContainsRune("0123456789.", rune(number[0]))
}
