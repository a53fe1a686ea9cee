// Package target selects what a fault acts on: the schema of target blocks, and
// the choice among the objects of a world. A choice depends on nothing but the
// configuration, the world and the seed.
package target

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Kind is the kind of object that a target block selects; it is the Kind of the
// resulting targets.
type Kind string

// The kinds.
const (
	Pod       Kind = "pod"
	Node      Kind = "node"
	Workload  Kind = "workload"  // Deployments and StatefulSets; targets have kind "deployment" or "statefulset"
	Service   Kind = "service"   //
	Namespace Kind = "namespace" // the namespace itself, for quota and webhook faults
	ConfigMap Kind = "configmap"
	Secret    Kind = "secret"
	Claim     Kind = "persistentvolumeclaim"
	Cluster   Kind = "cluster"
)

// Choice is what a target block came to.
type Choice struct {
	Targets    []providers.Target // chosen, sorted by name ("namespace/name" where namespaced), with UIDs and owners
	Eligible   int                // matched by the block
	Population int                // of that kind in the namespaces that the block may reach; 0 where that is not known
	Counted    providers.Scope    // what that is the number of; zero where it is not known
}

// Block is the schema of the target block for a kind of object.
func Block(kind Kind) schema.NestedBlock { return block(kind) }

// Choose selects among the objects of a world that lie in the fence. Diagnostics
// have paths below "target"; nothing that matches is an error, and so is a
// namespace outside the fence.
func Choose(kind Kind, body schema.Values, w *world.World, fence []string, seed int64) (Choice, providers.Diagnostics) {
	return choose(kind, body, w, fence, seed)
}
