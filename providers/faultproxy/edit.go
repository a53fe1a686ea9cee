package faultproxy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	// maxAnswer bounds the bodies that rules give, many of which may be on their way.
	maxAnswer = 1 << 20
	// maxAltered bounds the bodies in which a rule replaces text, which are held until
	// they are complete. Larger ones pass.
	maxAltered = 1 << 20
)

func (r Rule) validateEdit() error {
	errs := []error{r.validateHeaders(), within("body in bytes", float64(len(r.Body)), 0, maxAnswer)}
	if r.Body != "" && len(r.Replacements) > 0 {
		errs = append(errs, errors.New("body and replacements: expected one of them, as nothing is left to replace"))
	}
	for old, text := range r.Replacements {
		if old == "" || old == text {
			errs = append(errs, fmt.Errorf("replacement of %q by %q: expected something, and something else", old, text))
		}
	}
	return errors.Join(errs...)
}

// alters reports whether the rule changes a body in place of giving another.
func (r Rule) alters() bool { return len(r.Replacements) > 0 }

// newReplacer goes over a body once. Of several texts at one place the longest is
// taken, so that the order of a map does not matter.
func newReplacer(r Rule) *strings.Replacer {
	longestFirst := func(a, b string) int { return len(b) - len(a) }
	var pairs []string
	for _, old := range slices.SortedStableFunc(slices.Values(slices.Sorted(maps.Keys(r.Replacements))), longestFirst) {
		pairs = append(pairs, old, r.Replacements[old])
	}
	return strings.NewReplacer(pairs...)
}

// edits reports whether the rule takes a response with these fields in hand. Text
// is not found in a body that is compressed.
func (a *activeRule) edits(h *head) bool {
	return !a.over() && !(a.alters() && h.has("content-encoding", "*"))
}

// rewritten are a response's fields, around a body of that length in place of its own.
func (a *activeRule) rewritten(fields []field, length int) []field {
	rest := slices.DeleteFunc(slices.Clone(fields), func(f field) bool {
		return describesBody(strings.ToLower(f.name)) || a.sets(f.name)
	})
	for _, name := range slices.Sorted(maps.Keys(a.ResponseHeaders)) {
		rest = append(rest, field{name, a.ResponseHeaders[name]})
	}
	return append(rest, field{"Content-Length", fmt.Sprint(length)})
}

func (a *activeRule) sets(name string) bool {
	for known := range a.ResponseHeaders {
		if strings.EqualFold(known, name) {
			return true
		}
	}
	return false
}

// describesBody tells fields that would be untrue of another body. Among them are those
// by which a cache would keep it for the true one beyond the fault.
func describesBody(name string) bool {
	return slices.Contains([]string{
		"content-length", "transfer-encoding", "trailer", "content-encoding", "content-md5", "digest", "content-digest", "repr-digest",
		"etag", "last-modified",
	}, name)
}
