// Package host runs the agent for a pod from outside of it: on the pod's node, in a
// privileged pod of gameday's own, where no ephemeral container may be. It takes the agent to
// where one would have been: into the pod's network, and into a control group of its own
// below the pod's, so that what is used counts against the pod.
package host

// Spec says for which pod an agent works, and what it shares with it.
type Spec struct {
	Pod     string // UID, as the kubelet names control groups after it
	Network bool   // the pod's network namespace, and whom it asks for names
	Group   string // name of a control group that is made for the agent below the pod's; empty for none

	node int // process that is known to be the node's; 0 for its first one
}

// Inside is the flag of this binary that says that it has been taken there: its requests
// come through descriptor 3, and descriptor 4 ends once it is where it belongs.
const Inside = "-inside"
