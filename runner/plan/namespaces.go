package plan

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// actsIn are the namespaces in which a fault acts: those that its target block names,
// those that its targets lie in, which are called namespace/name then, or are
// themselves, and those that its provider names beside.
func actsIn(target schema.Values, planned providers.FaultPlan) []string {
	out := slices.Concat(textsIn(target.Attr("namespaces")), planned.Namespaces)
	if namespace := target.Attr("namespace"); isText(namespace) {
		out = append(out, namespace.AsString())
	}
	for _, t := range planned.ActsOn() {
		namespace, _, namespaced := strings.Cut(t.Name, "/")
		if namespaced || t.Kind == "namespace" {
			out = append(out, namespace)
		}
	}
	return out
}

// textsIn are the texts of a list, as far as they are known and not secret.
func textsIn(list cty.Value) []string {
	if list == cty.NilVal || list.IsMarked() || !list.IsKnown() || list.IsNull() || !list.CanIterateElements() {
		return nil
	}
	var out []string
	for it := list.ElementIterator(); it.Next(); {
		if _, element := it.Element(); isText(element) {
			out = append(out, element.AsString())
		}
	}
	return out
}
