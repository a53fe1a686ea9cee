package providers

// WithAccess is implemented by types that need rights in a place with access
// control of its own. From it the least role that lets a type work is generated.
type WithAccess interface {
	// AccessRules lists every right that plan, injection, observation and undo
	// need, in the order of their use. It does no I/O.
	AccessRules() []AccessRule
}

// An AccessRule is a set of rights on one kind of resource, in the terms of
// Kubernetes' role-based access control.
type AccessRule struct {
	Group      string   // API group; empty for the core group
	Resource   string   // plural, with a subresource after a slash: "pods/eviction"
	Verbs      []string // "get", "list", "patch"
	Cluster    bool     // of the cluster as a whole; false: in the namespaces of the targets
	Namespace  string   // in this one, wherever the targets are; empty for theirs
	Trial      bool     // only for dry runs, of which nothing stays that would have to be undone
	Privileged bool     // only where the environment has allow_privileged = true
	Why        string   // one phrase: "evict pods from the node"
}
