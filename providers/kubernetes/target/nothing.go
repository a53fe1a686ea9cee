package target

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
)

// nothing explains why no candidate is left: condition by condition, how many
// there still were.
func (s selection) nothing(all []candidate) providers.Diagnostics {
	path := cty.GetAttrPath(blockName)
	if len(all) == 0 {
		return providers.Errorf(path, "Nothing to select from", "There is no %s in %s.%s", s.kind, s.where(), s.elsewhere())
	}
	left := slices.Clone(all)
	var story []string
	for _, c := range s.conditions {
		before := left
		left = slices.DeleteFunc(slices.Clone(left), func(x candidate) bool { return !c.holds(x) })
		story = append(story, fmt.Sprintf("%d with %s", len(left), c.text))
		if len(left) > 0 {
			continue
		}
		detail := fmt.Sprintf("%s %s: %s.", capital(s.where()), has(len(all), s.kind), strings.Join(story, ", of these "))
		if c.hint != nil {
			detail += c.hint(before)
		}
		return providers.Errorf(path, "Nothing selected", "%s", detail)
	}
	return providers.Errorf(path, "Nothing selected", "%d %s match, of which percent = %g chooses none.",
		len(left), s.kind.plural(), s.body.Float("percent"))
}

func (s selection) where() string {
	if s.kind.namespaced() {
		return s.scope.String()
	}
	return "the cluster"
}

func has(n int, kind Kind) string {
	if n == 1 {
		return "has 1 " + string(kind)
	}
	return fmt.Sprintf("has %d %s", n, kind.plural())
}

// elsewhere tells in which namespaces there are objects of the kind.
func (s selection) elsewhere() string {
	if !s.kind.namespaced() {
		return ""
	}
	places := flatten(everything(s.kind, s.world), func(c candidate) []string {
		if ofKubernetes(c.meta.Namespace) {
			return nil
		}
		return []string{c.meta.Namespace}
	})
	if len(places) == 0 {
		return ""
	}
	nearest := ""
	if len(s.scope.namespaces) == 1 {
		nearest = didYouMean(s.scope.namespaces[0], places)
	}
	return fmt.Sprintf(" There are %s in %s.%s", s.kind.plural(), some(places), nearest)
}

// valuesOf tells which values there are where the wanted one is not.
func valuesOf(all []candidate, noun, wanted, key string, value func(candidate, string) (string, bool)) string {
	return instead(noun, wanted, flatten(all, func(c candidate) []string {
		if found, ok := value(c, key); ok {
			return []string{found}
		}
		return nil
	}))
}

func instead(noun, wanted string, found []string) string {
	if len(found) == 0 {
		return fmt.Sprintf(" None has the %s.", noun)
	}
	return fmt.Sprintf(" There, %s is %s.%s", noun, some(found), didYouMean(wanted, found))
}

// flatten collects texts of all candidates, each once, sorted.
func flatten(all []candidate, of func(candidate) []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, c := range all {
		for _, text := range of(c) {
			if text != "" && !seen[text] {
				seen[text] = true
				out = append(out, text)
			}
		}
	}
	slices.Sort(out)
	return out
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
