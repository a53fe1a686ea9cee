package agent

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/host"
)

// outside is an agent that is in no container of the pod that it acts on, but in a pod
// of its own on the same node. The zero value is in the pod already.
type outside struct {
	pod     string // UID
	network bool
	group   bool
	inside  bool // it was taken there
}

func outsideFlags(set *flag.FlagSet) *outside {
	var o outside
	set.StringVar(&o.pod, "pod-uid", "", "the `UID` of a pod on this node to act on; without it, the pod that this runs in")
	set.BoolVar(&o.network, "in-network", false, "act in the network of that pod")
	set.BoolVar(&o.group, "in-group", false, "count what is used against that pod")
	set.BoolVar(&o.inside, host.Inside[1:], false, "requests come through descriptor 3; set by the agent itself")
	return &o
}

// HostArgs are the arguments of an agent outside of its pod, without its name.
func HostArgs(pod string, network, group bool) []string {
	return []string{"-pod-uid=" + pod, fmt.Sprintf("-in-network=%t", network), fmt.Sprintf("-in-group=%t", group)}
}

// run opens what requests come through before anything is entered: in the network of the
// agent's own container, where its own commands are.
func (o outside) run(ctx context.Context, name string, stderr io.Writer, serve func(*net.UnixListener) error) (int, error) {
	if o.inside {
		listen, err := handed()
		if err != nil {
			return 0, err
		}
		return 0, serve(listen)
	}
	listen, err := net.ListenUnix("unix", address(name))
	if err != nil {
		return 0, fmt.Errorf("listen for requests: %w", err)
	}
	defer listen.Close()
	if o.pod == "" {
		return 0, serve(listen)
	}
	s := host.Spec{Pod: o.pod, Network: o.network}
	if o.group {
		s.Group = name
	}
	return host.Run(ctx, s, listen, stderr)
}

// handed is the listener of the process that has taken this one inside, once that is done.
func handed() (*net.UnixListener, error) {
	requests, ready := os.NewFile(3, "requests"), os.NewFile(4, "ready")
	defer requests.Close()
	defer ready.Close()
	if _, err := io.Copy(io.Discard, ready); err != nil {
		return nil, fmt.Errorf("wait to be taken inside: %w", err)
	}
	listen, err := net.FileListener(requests)
	if err != nil {
		return nil, fmt.Errorf("listen for requests: %w", err)
	}
	unix, is := listen.(*net.UnixListener)
	if !is {
		return nil, fmt.Errorf("listen for requests: found %s, expected a Unix socket", listen.Addr().Network())
	}
	return unix, nil
}
