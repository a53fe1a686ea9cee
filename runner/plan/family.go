package plan

import (
	"strings"

	"github.com/gameday-dev/gameday/providers"
)

// A Family is what may have to be replaced once a fault has acted on one of it: the
// targets of one owner in one namespace. Without an owner it is everything in the
// namespace, and the zero Family is everything in the environment.
type Family struct{ Namespace, Owner string }

// Harmed is the family that a fault on a target harms. Most targets have an owner, or
// are one. Others have their effect on whatever uses them, which nobody here knows: on
// the pods of a node, on those that read a ConfigMap. What nothing replaces is a
// family of its own.
func Harmed(t providers.Target) Family {
	namespace, name, namespaced := strings.Cut(t.Name, "/")
	switch {
	case t.Owner != "":
		return Family{namespace, t.Owner}
	case t.Kind == "pod" || t.Kind == "process":
		return Family{namespace, t.Kind + "/" + t.Name}
	case namespaced && owns(t.Kind):
		return Family{namespace, t.Kind + "/" + name}
	case namespaced, t.Kind == "namespace":
		return Family{Namespace: namespace}
	default:
		return Family{}
	}
}

// owns reports whether a kind is named as an owner itself.
func owns(kind string) bool {
	switch kind {
	case "deployment", "statefulset", "daemonset", "replicaset", "job", "cronjob":
		return true
	}
	return false
}

// Holds reports whether a target is one of the family.
func (f Family) Holds(t providers.Target) bool {
	switch {
	case f == Family{}:
		return true
	case f.Namespace != namespaceOf(t):
		return false
	default:
		return f.Owner == "" || f.Owner == t.Owner
	}
}

// namespaceOf is the namespace of a target that is called namespace/name; the name of
// any other.
func namespaceOf(t providers.Target) string {
	namespace, _, _ := strings.Cut(t.Name, "/")
	return namespace
}
