package plan

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// percentOf is n of all in percent; 0 where there is nothing to choose from.
func percentOf(n, all int) float64 {
	if all == 0 {
		return 0
	}
	return 100 * float64(n) / float64(all)
}

// percentText writes a percentage with at most one decimal: "33.3 %".
func percentText(percent float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(percent, 'f', 1, 64), ".0") + " %"
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

// sentence ends a text with a full stop if nothing ends it yet.
func sentence(text string) string {
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
