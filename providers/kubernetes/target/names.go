package target

import (
	"slices"

	"github.com/gameday-dev/gameday/providers"
)

// unknownNames finds names that mean nothing: a misspelt name must not silently
// choose less than was meant.
func (s selection) unknownNames(all []candidate) providers.Diagnostics {
	var diags providers.Diagnostics
	for i, name := range s.body.Strings("names") {
		if slices.ContainsFunc(all, func(c candidate) bool { return c.called(name) }) {
			continue
		}
		diags = append(diags, providers.Errorf(at("names").IndexInt(i), "Unknown "+string(s.kind),
			"There is no %s %q in %s.%s", s.kind, name, s.where(), s.others(name, all))...)
	}
	return diags
}

// others suggests what may have been meant, or tells what there is.
func (s selection) others(name string, all []candidate) string {
	if s.kind.byName() {
		return "" // nothing but what was named has been read
	}
	names := flatten(all, func(c candidate) []string { return []string{c.meta.Name} })
	if len(names) == 0 {
		return s.elsewhere()
	}
	if hint := didYouMean(name, names); hint != "" {
		return hint
	}
	return " It has " + some(names) + "."
}
