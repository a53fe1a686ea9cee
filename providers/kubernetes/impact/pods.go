package impact

import (
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// singles finds workloads that want a single replica, of which it is hit.
func (h *hit) singles() providers.Diagnostics {
	var all []string
	for _, s := range h.share {
		if s.owner.Replicas == 1 && (s.owner.Kind == "Deployment" || s.owner.Kind == "StatefulSet" || s.owner.Kind == "ReplicaSet") {
			all = append(all, h.named(s.owner))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return providers.Warningf(nil, summary(len(all), "A workload with a single replica", "workloads with a single replica"),
		"Nothing stands in for it until its pod is back: %s.", list(all))
}

// orphans finds pods on nodes that nothing would replace. Of pods that are chosen
// themselves their plan says so.
func (h *hit) orphans() providers.Diagnostics {
	if !h.of("node") {
		return nil
	}
	var all []string
	for _, pod := range h.pods {
		if _, owned := h.world.OwnerOf(pod); !owned {
			all = append(all, pod.Namespace+"/"+pod.Name)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return providers.Warningf(nil, summary(len(all), "A pod without a controller", "pods without a controller"),
		"Nothing replaces it if it is lost with its node: %s.", list(all))
}

// controlPlane warns of nodes that run Kubernetes itself.
func (h *hit) controlPlane() providers.Diagnostics {
	var all []string
	for _, t := range h.targets {
		if node, ok := h.world.Node(t.Name); ok && t.Kind == "node" {
			if _, is := node.Labels["node-role.kubernetes.io/control-plane"]; is {
				all = append(all, t.Name)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	return providers.Warningf(nil, summary(len(all), "A node of the control plane", "nodes of the control plane"),
		"The API server may not answer during the fault, and then nothing can be seen or undone: %s.", list(all))
}

// beside says which pods on nodes are not those of workloads, and what a plan
// cannot see.
func (h *hit) beside() []string {
	if !h.of("node") {
		return nil
	}
	var lines []string
	own := 0
	for _, s := range h.share {
		if ofNodes(s.owner) {
			own += s.pods
		}
	}
	if own > 0 {
		lines = append(lines, count(own, "pod")+" of DaemonSets and of nodes themselves")
	}
	if read := h.world.Namespaces; len(read) > 0 {
		lines = append(lines, fmt.Sprintf("whatever else runs there outside of %s, which is all that this environment reads", strings.Join(read, ", ")))
	}
	return lines
}

// ofNodes reports whether pods come and go with their node.
func ofNodes(owner world.Owner) bool { return owner.Kind == "DaemonSet" || owner.Kind == "Node" }
