package target

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// scope is where a block may choose.
type scope struct {
	namespaces []string // none: all but those of Kubernetes itself
}

// ofKubernetes are namespaces that nobody means who names none.
func ofKubernetes(namespace string) bool { return strings.HasPrefix(namespace, "kube-") }

func (s scope) holds(namespace string) bool {
	if len(s.namespaces) == 0 {
		return !ofKubernetes(namespace)
	}
	return slices.Contains(s.namespaces, namespace)
}

// String is "namespace shop".
func (s scope) String() string {
	switch len(s.namespaces) {
	case 0:
		return "any namespace"
	case 1:
		return "namespace " + s.namespaces[0]
	default:
		return "the namespaces " + listed(s.namespaces)
	}
}

// scopeOf reads namespace and namespaces, and holds them against the fence.
func scopeOf(body schema.Values, fence []string) (scope, providers.Diagnostics) {
	wanted := namespacesOf(body)
	if len(wanted) == 0 {
		return scope{slices.Sorted(slices.Values(fence))}, nil
	}
	var diags providers.Diagnostics
	for i, namespace := range wanted {
		if len(fence) > 0 && !slices.Contains(fence, namespace) {
			diags = append(diags, providers.Errorf(namespacePath(body, i), "Namespace outside the fence",
				"The environment allows faults in %s only (its namespaces), not in %s.%s",
				listed(fence), namespace, didYouMean(namespace, fence))...)
		}
	}
	return scope{slices.Compact(slices.Sorted(slices.Values(wanted)))}, diags
}

// namespacesOf are those that a block names, in its order.
func namespacesOf(body schema.Values) []string {
	if body.Known("namespace") {
		return []string{body.String("namespace")}
	}
	return body.Strings("namespaces")
}

func namespacePath(body schema.Values, i int) cty.Path {
	if body.Known("namespace") {
		return at("namespace")
	}
	return at("namespaces").IndexInt(i)
}

// at is the path of an attribute of the block.
func at(name string) cty.Path { return cty.GetAttrPath(blockName).GetAttr(name) }

func didYouMean(given string, names []string) string {
	if nearest := schema.Nearest(given, names); nearest != "" && nearest != given {
		return fmt.Sprintf(" Did you mean %q?", nearest)
	}
	return ""
}
