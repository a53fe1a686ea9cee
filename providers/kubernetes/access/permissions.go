package access

import (
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
)

// line is a permission on its way.
type line struct {
	verbs     []string
	resources []string
	namespace string
	held      bool
	why       string
}

// permissions tells the answers. What is held is told in few lines, what is
// missing in one each.
func (c *Checker) permissions(rules []providers.AccessRule, namespaces []string) []providers.Permission {
	var lines []*line
	for _, r := range Merged(rules) {
		for _, ns := range placesOf(r, namespaces) {
			held, missing := c.split(r, ns)
			if len(held) > 0 {
				lines = addHeld(lines, line{held, []string{Resource(r.Group, r.Resource)}, ns, true, ""})
			}
			if len(missing) > 0 {
				lines = append(lines, &line{missing, []string{Resource(r.Group, r.Resource)}, ns, false, r.Why})
			}
		}
	}
	out := make([]providers.Permission, len(lines))
	for i, l := range lines {
		out[i] = providers.Permission{
			Action: strings.Join(l.verbs, ", ") + " " + strings.Join(l.resources, ", ") + place(l.namespace), Held: l.held, Detail: l.why,
		}
	}
	return out
}

// Merged has one rule for each resource and place, with the verbs of all.
func Merged(rules []providers.AccessRule) []providers.AccessRule {
	var out []providers.AccessRule
	for _, r := range rules {
		i := slices.IndexFunc(out, func(o providers.AccessRule) bool {
			return o.Group == r.Group && o.Resource == r.Resource && o.Cluster == r.Cluster && o.Namespace == r.Namespace
		})
		if i < 0 {
			r.Verbs = slices.Clone(r.Verbs)
			out = append(out, r)
			continue
		}
		out[i].Why = both(out[i].Why, r.Why)
		for _, verb := range r.Verbs {
			if !slices.Contains(out[i].Verbs, verb) {
				out[i].Verbs = append(out[i].Verbs, verb)
			}
		}
	}
	return out
}

func both(a, b string) string {
	if a == b || b == "" {
		return a
	}
	return a + "; " + b
}

func (c *Checker) split(r providers.AccessRule, ns string) (held, missing []string) {
	for _, verb := range r.Verbs {
		if c.answers[question{verb, r.Group, r.Resource, ns}].held {
			held = append(held, verb)
		} else {
			missing = append(missing, verb)
		}
	}
	return held, missing
}

// addHeld adds to a line with the same verbs and place, or makes one.
func addHeld(lines []*line, l line) []*line {
	for _, other := range lines {
		if other.held && other.namespace == l.namespace && slices.Equal(other.verbs, l.verbs) {
			other.resources = append(other.resources, l.resources...)
			return lines
		}
	}
	return append(lines, &l)
}
