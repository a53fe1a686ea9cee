// Package claim keeps the intent of every fault in the cluster before it is
// injected: a Lease of coordination.k8s.io that names the targets, the deadline
// and every step of the undo. The same object is the lock against a second run,
// what `gameday sweep` finds on a machine that has no journal, and what the
// reaper inside the cluster reverts at the deadline.
package claim

import (
	"slices"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// Claim is the intent of one fault.
type Claim struct {
	ID       string      `json:"id"`
	Run      string      `json:"run"`
	Address  string      `json:"address"`
	Type     string      `json:"type"`
	Targets  []Target    `json:"targets"`
	Locks    []string    `json:"locks,omitempty"` // beside the targets' UIDs: what two runs must not harm at once
	Deadline time.Time   `json:"deadline"`        // by the clock of whoever made the claim
	Steps    []undo.Step `json:"steps,omitempty"` // in the order of the injection; undone in reverse
	Nodes    []NodeStep  `json:"nodes,omitempty"` // what is undone on nodes, not by the API server
	Pods     []PodStep   `json:"pods,omitempty"`  // what is undone inside pods, by the agent there
}

// Target is one thing that a fault acts on, as providers.Target has it. Claims are
// read by the small agent, too, which does without the fault contract.
type Target struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"` // "namespace/name" for what lives in a namespace
	UID   string `json:"uid,omitempty"`
	Owner string `json:"owner,omitempty"`
}

// ClusterNamespace is where claims on nodes and on other things of the cluster as a
// whole stand, whatever the fence: two runs that meet at a node must look for each
// other in one place. It is there in every cluster.
const ClusterNamespace = "default"

// Around are the namespaces in which something of a run may stand that is fenced in
// these: claims on things of the cluster, and the reapers beside them, stand outside of
// every fence. Without a fence there are none, which stands for all.
func Around(fence []string) []string {
	if len(fence) == 0 || slices.Contains(fence, ClusterNamespace) {
		return fence
	}
	return append(slices.Clone(fence), ClusterNamespace)
}

// namespace is where another run looks for claims on the target.
func (t Target) namespace() string {
	if t.Kind == "namespace" {
		return t.Name
	}
	if namespace, _, found := strings.Cut(t.Name, "/"); found {
		return namespace
	}
	return ClusterNamespace
}

// Namespaces are those in which the claim stands: of all its targets, sorted.
func (c Claim) Namespaces() []string {
	var out []string
	for _, t := range c.Targets {
		out = append(out, t.namespace())
	}
	if len(out) == 0 {
		out = []string{ClusterNamespace}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// parts splits the claim by namespace. Each part is whole in itself: it locks its
// targets and has the steps that undo what was done in its namespace, so that
// whoever may act in one namespace only undoes what is there. Steps on what belongs to
// none are in every part: a namespace that is deleted takes its part and its reaper along.
// What else belongs to none goes with the first.
func (c Claim) parts() []Held {
	var out []Held
	for _, ns := range c.Namespaces() {
		out = append(out, Held{Namespace: ns, Claim: c})
		last := &out[len(out)-1].Claim
		last.Targets, last.Steps, last.Nodes, last.Pods = nil, nil, nil, nil
		for _, t := range c.Targets {
			if t.namespace() == ns {
				last.Targets = append(last.Targets, t)
			}
		}
	}
	out[0].Claim.Nodes = c.Nodes
	for _, step := range c.Pods {
		at := max(0, slices.IndexFunc(out, func(h Held) bool { return step.Namespace == h.Namespace }))
		out[at].Claim.Pods = append(out[at].Claim.Pods, step)
	}
	for _, step := range c.Steps {
		if !inNamespace(step.Path) {
			for i := range out {
				out[i].Claim.Steps = append(out[i].Claim.Steps, step)
			}
			continue
		}
		at := max(0, slices.IndexFunc(out, func(h Held) bool { return strings.Contains(step.Path, "/namespaces/"+h.Namespace+"/") }))
		out[at].Claim.Steps = append(out[at].Claim.Steps, step)
	}
	return out
}

// inNamespace reports whether an object lives in a namespace; a namespace itself does not.
func inNamespace(path string) bool {
	_, below, _ := strings.Cut(path, "/namespaces/")
	return strings.Contains(below, "/")
}

// NodeStep is something done to a node itself.
type NodeStep struct {
	Node   string `json:"node"`
	Action string `json:"action"` // "pause", "stop", "kubelet_stop"
	Via    string `json:"via"`    // "kind" with its container runtime ("kind/docker"), or "pod"

	// Container is the id of the container that a node of kind is, so that one that
	// was made anew under the same name is left alone. Empty elsewhere.
	Container string `json:"container,omitempty"`

	// Namespace is where the pod is by which the node is reached, with "pod": whoever undoes it
	// may be fenced to another. Empty in claims of versions that took their own.
	Namespace string `json:"namespace,omitempty"`
}

// PodStep is something done inside a pod by an agent there. That ends by itself at
// the deadline, whoever is gone.
type PodStep struct {
	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
	UID       string `json:"uid"`
	Profile   string `json:"profile"`             // what the agent may do: "network", "stress", "process"
	Container string `json:"container,omitempty"` // whose processes it sees; empty where it needs none

	// Host is where the agent runs instead of in an ephemeral container of the pod. Zero
	// for that container, as in claims of versions that knew nothing else.
	Host HostPod `json:"host,omitzero"`
}

// HostPod is a privileged pod of gameday's own on the node of a target. It is one
// fault's, and goes with that.
type HostPod struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Run       string `json:"run"` // whose it is
}

// Label of every claim, beside undo.LabelRun and undo.LabelFault.
const Label = "gameday.dev/claim"

// Annotation of a Lease that holds the Claim as JSON.
const Annotation = "gameday.dev/claim"
