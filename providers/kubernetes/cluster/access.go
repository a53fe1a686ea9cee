package cluster

import (
	"encoding/json"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// Access says which cluster to speak to, and as whom. It holds no secrets: they
// are in the kubeconfig. The zero value is the current context of the usual
// kubeconfig, or the cluster that this process runs in.
type Access struct {
	// Kubeconfig is a path, or several as KUBECONFIG has them, of which the first
	// one wins. Empty stands for KUBECONFIG or ~/.kube/config, and for a kind
	// cluster for the one that its own control plane has.
	Kubeconfig string   `json:"kubeconfig,omitempty"`
	Context    string   `json:"context,omitempty"`     // empty for the current one
	InCluster  bool     `json:"in_cluster,omitempty"`  // with the service account of the pod that this process runs in
	As         string   `json:"as,omitempty"`          // user to impersonate
	Namespaces []string `json:"namespaces,omitempty"`  // the fence: no fault acts on anything outside
	AgentImage string   `json:"agent_image,omitempty"` // what reaper and prober pods run; empty where there is none
	Reaper     bool     `json:"reaper,omitempty"`      // whether a reaper is put into the cluster
	Kind       string   `json:"kind,omitempty"`        // name of the kind cluster, whose nodes are containers here

	// Engine is the one whose containers they are. Empty stands for the one by which
	// a kind cluster would be made now.
	Engine kindcluster.Engine `json:"engine,omitempty"`

	// AllowPrivileged permits faults to put privileged pods on nodes, which reach
	// what runs there beside containers. Nodes of kind are reached without.
	AllowPrivileged bool `json:"allow_privileged,omitempty"`

	// Server is the address that the API server had when the run was planned:
	// "https://10.0.0.1:6443". A kubeconfig that leads elsewhere by now is refused,
	// so that an undo never meets another cluster. Empty for any.
	Server string `json:"server,omitempty"`
}

// Key tells connections apart.
func (a Access) Key() string {
	text, _ := json.Marshal(a) // plain strings always encode
	return string(text)
}
