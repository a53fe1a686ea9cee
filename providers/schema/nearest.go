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
		distance := distance(strings.ToLower(given), strings.ToLower(name))
		if distance < bestDistance && distance < len(name) {
			best, bestDistance = name, distance
		}
	}
	if best == "" {
		return contained(given, names)
	}
	return best
}

// distance counts the edits from one name to another. Two letters in the wrong
// order are one slip, not two.
func distance(given, name string) int {
	edits := levenshtein.Distance(given, name, nil)
	if edits == 2 && len(given) == len(name) && swapped(given, name) {
		return 1
	}
	return edits
}

// swapped reports whether names of one length differ in one pair of neighbours.
func swapped(given, name string) bool {
	for i := 0; i+1 < len(given); i++ {
		if given[i] != name[i] {
			return given[i] == name[i+1] && given[i+1] == name[i] && given[i+2:] == name[i+2:]
		}
	}
	return false
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
