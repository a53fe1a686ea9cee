package plan

import (
	"maps"
	"slices"
	"strconv"
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
	text := strconv.FormatFloat(percent, 'f', 1, 64)
	if len(text) > 2 && text[len(text)-2:] == ".0" {
		text = text[:len(text)-2]
	}
	return text + " %"
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
