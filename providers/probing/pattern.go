package probing

import (
	"maps"
	"regexp"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Pattern compiles the regular expression of an attribute; nil when it is not
// set, or not known yet. At is the path of the values in the type's body.
func Pattern(v schema.Values, at cty.Path, name string) (*regexp.Regexp, providers.Diagnostics) {
	if !v.Known(name) {
		return nil, nil
	}
	return compile(v.String(name), at.GetAttr(name))
}

// Patterns compiles a map of regular expressions.
func Patterns(v schema.Values, at cty.Path, name string) (map[string]*regexp.Regexp, providers.Diagnostics) {
	var diags providers.Diagnostics
	out := map[string]*regexp.Regexp{}
	given := v.StringMap(name)
	for _, key := range slices.Sorted(maps.Keys(given)) {
		re, problems := compile(given[key], at.GetAttr(name).IndexString(key))
		diags = append(diags, problems...)
		if re != nil {
			out[key] = re
		}
	}
	return out, diags
}

func compile(text string, path cty.Path) (*regexp.Regexp, providers.Diagnostics) {
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, providers.Errorf(path, "Invalid regular expression",
			"%q cannot be compiled: %s. Expected Go (RE2) syntax, such as \"^ok\" or \"(?i)healthy\"; in HCL a backslash is written twice.", text, err)
	}
	return re, nil
}
