package kindcluster

import (
	"path"
	"slices"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
)

// marks is the folder on a node in which its mark stands.
const marks = "/etc/gameday.dev/made-by"

// mount is one of a container.
type mount struct{ Destination string }

// markMount puts a mark on a node. kind gives containers no labels but its own, and labels of nodes come late, may be
// replaced by patches of kind's configuration, and can't be read while the API server is silent. What is mounted, the
// engine says of a container in any state, from its creation on.
func markMount(mark string) v1alpha4.Mount {
	return v1alpha4.Mount{HostPath: "/dev/null", ContainerPath: path.Join(marks, mark), Readonly: true}
}

func markOf(mounts []mount) string {
	for _, m := range mounts {
		if dir, mark := path.Split(m.Destination); path.Clean(dir) == marks {
			return mark
		}
	}
	return ""
}

// Marks are those of the nodes, each once.
func (f *Found) Marks() []string {
	var all []string
	for _, n := range f.Nodes {
		if n.Mark != "" && !slices.Contains(all, n.Mark) {
			all = append(all, n.Mark)
		}
	}
	return all
}

// HasMarkable reports whether a node is there that a mark would stand on. A load balancer of several control planes
// is kind's own, and is made without.
func (f *Found) HasMarkable() bool { return slices.ContainsFunc(f.Nodes, Node.isOfKubernetes) }

// isOfKubernetes reports whether it is a node in the cluster, too.
func (n Node) isOfKubernetes() bool {
	return n.Role == string(v1alpha4.ControlPlaneRole) || n.Role == string(v1alpha4.WorkerRole)
}
