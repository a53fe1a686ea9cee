package host

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// nodeProcess is the first of the node's PID namespace, which the agent's pod shares
// (hostPID).
func (s Spec) nodeProcess() int { return cmp.Or(s.node, 1) }

// errNodeNetwork keeps a fault from the network of a whole node.
var errNodeNetwork = errors.New("all processes of the pod have the network of its node, so that all of the node would be hit")

// enterNetwork takes the calling thread into the network of a pod's processes. Beside
// those may be one of the runtime's that has the node's network.
func (s Spec) enterNetwork(of []procfs.Stat) error {
	node, err := os.Readlink(proc(s.nodeProcess(), "ns/net"))
	if err != nil {
		return fmt.Errorf("see the network of the node: %w", err)
	}
	at := slices.IndexFunc(of, func(p procfs.Stat) bool {
		its, err := os.Readlink(proc(p.PID, "ns/net"))
		return err == nil && its != node
	})
	if at < 0 {
		return errNodeNetwork
	}
	return enter(of[at], "net", unix.CLONE_NEWNET)
}

// enter takes the calling thread into a namespace of a process, and of no other that
// has got its id meanwhile.
func enter(of procfs.Stat, kind string, flag int) error {
	file, err := os.Open(proc(of.PID, "ns/"+kind))
	if err != nil {
		return fmt.Errorf("open the %s namespace of process %d: %w", kind, of.PID, err)
	}
	defer file.Close()
	if !of.Identity().Alive() {
		return fmt.Errorf("open the %s namespace of process %d: %w", kind, of.PID, procfs.ErrGone)
	}
	if err := unix.Setns(int(file.Fd()), flag); err != nil {
		return fmt.Errorf("enter the %s namespace of process %d: %w", kind, of.PID, err)
	}
	return nil
}
