// Package snapshot compares what is in a cluster before a fault and after its
// revert, field by field. It is for tests, also those of other packages.
//
// Left out is what nobody but the server and controllers writes: resource
// versions, status, events, endpoints, ephemeral containers. Who has set which fields is compared,
// but for Kubernetes itself. Pods and what else is made anew under a
// name of its own are compared by what they are, not by which ones they are. What
// a rollout leaves in its history (ReplicaSets without replicas,
// ControllerRevisions) is told apart and is no difference: Kubernetes keeps it.
package snapshot
