package machine

import (
	"strconv"
	"time"
)

// HostRole is the agent's role in a privileged pod on a node, which stops and
// starts the kubelet there.
const HostRole = "node-host"

// HostPort is where it listens. The API server speaks to the pod itself, so that
// it is reached while the node has no kubelet.
const HostPort = 10991

// The words that it understands, as the last part of a path below the fault's id.
const (
	WordState = "state"
	WordStop  = "stop"
	WordStart = "start"
)

// HostArgs are the arguments of the agent in that role. The time left is said beside the
// deadline, for a node whose clock is behind: what comes first holds.
func HostArgs(id string, deadline time.Time) []string {
	return []string{
		HostRole, "-id", id, "-deadline", deadline.UTC().Format(time.RFC3339Nano), "-for", time.Until(deadline).Round(time.Millisecond).String(),
		"-listen", ":" + strconv.Itoa(HostPort),
	}
}
