package schema

import (
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest is the name that was most likely meant by one that does not exist, or
// "" when none is near. Names are near when they differ by a slip or two, in
// case, or by a prefix or suffix; of equally near ones the first wins.
func Nearest(given string, names []string) string {
	best, bestDistance := "", slips(given)+1
	for _, name := range names {
		distance := levenshtein.Distance(strings.ToLower(given), strings.ToLower(name), nil)
		if distance < bestDistance && distance < len(name) {
			best, bestDistance = name, distance
		}
	}
	if best == "" {
		return contained(given, names)
	}
	return best
}

// slips is how many edits are forgiven: fewer in short names, where everything
// is near everything.
func slips(given string) int {
	return min(3, (len(given)+2)/3)
}

// contained finds "network_delay" in "local_network_delay". Parts shorter than
// four letters would match by chance.
func contained(given string, names []string) string {
	for _, name := range names {
		if len(given) >= 4 && strings.Contains(name, given) || len(name) >= 4 && strings.Contains(given, name) {
			return name
		}
	}
	return ""
}
