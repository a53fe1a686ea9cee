package target

import (
	"strings"

	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Refs names the objects that must be looked up before Choose, because a world
// does not hold their kind: ConfigMaps, Secrets, claims and namespaces. They are
// what a block names, as far as the fence allows it. Give what was found to
// world.World.With.
func Refs(kind Kind, body schema.Values, fence []string) []world.Ref {
	in, diags := scopeOf(body, fence)
	if diags.HasErrors() {
		return nil // Choose says so
	}
	var refs []world.Ref
	switch {
	case kind == Namespace:
		for _, namespace := range in.namespaces {
			refs = append(refs, world.Ref{Kind: string(kind), Name: namespace})
		}
	case kind.byName():
		for _, name := range body.Strings("names") {
			name = strings.TrimPrefix(name, string(kind)+"/")
			refs = append(refs, world.Ref{Kind: string(kind), Namespace: body.String("namespace"), Name: name})
		}
	}
	return refs
}
