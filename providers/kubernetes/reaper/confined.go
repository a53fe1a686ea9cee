package reaper

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// confined leaves of rights what the steps in a namespace need, or those on what lies
// in none: of each kind, the objects that they name, and nothing of other kinds.
func confined(rights []rbacv1.PolicyRule, steps []undo.Step, namespace string) []rbacv1.PolicyRule {
	var out []rbacv1.PolicyRule
	for _, r := range rights {
		var names []string
		forgets := false // copies of annotations are on objects that no step names
		for _, step := range steps {
			at := placeOf(step.Path)
			if at.namespace != namespace || at.group != r.APIGroups[0] || at.resource != r.Resources[0] {
				continue
			}
			forgets = forgets || step.Kind == undo.Forget
			names = append(names, at.name)
		}
		if len(names) == 0 {
			continue
		}
		if !forgets {
			slices.Sort(names)
			r.ResourceNames = slices.Compact(names)
		}
		out = append(out, r)
	}
	return out
}

// place is where an object is, or a collection, which has no name.
type place struct{ group, namespace, resource, name string }

// placeOf reads the path of an object: "/apis/apps/v1/namespaces/shop/deployments/web".
func placeOf(path string) place {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	var p place
	if parts[0] == "apis" && len(parts) > 1 {
		p.group, parts = parts[1], parts[1:]
	}
	parts = parts[min(2, len(parts)):] // of the version
	if len(parts) > 2 && parts[0] == "namespaces" {
		p.namespace, parts = parts[1], parts[2:]
	}
	if len(parts) > 0 {
		p.resource = parts[0]
	}
	if len(parts) > 1 {
		p.name = parts[1]
	}
	return p
}
