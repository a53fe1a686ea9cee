package nodes

import "github.com/gameday-dev/gameday/providers/kubernetes/cluster"

// NamespaceFor is where a cluster's privileged pods are: the first of the fence.
func NamespaceFor(c *cluster.Cluster) string { return namespaceOf(c) }
