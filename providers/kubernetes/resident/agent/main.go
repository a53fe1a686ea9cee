package agent

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// The roles of the agent in a pod.
const (
	Role    = "resident" // waits for faults
	AskRole = "ask"      // carries one request to it
)

// Main waits for faults until there is nothing left to do. Engines are those for the
// pod of a UID, which is empty where no other can be reached.
func Main(engines func(pod string) map[string]Engine, args []string, stderr io.Writer) int {
	set := flag.NewFlagSet(Role, flag.ContinueOnError)
	set.SetOutput(stderr)
	name := set.String("name", "", "the `NAME` to listen under")
	until := set.Duration("for", time.Minute, "how long to wait for the first fault")
	at := outsideFlags(set)
	if err := set.Parse(args); err != nil {
		return 2
	}
	boundMemory()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	code, err := at.run(ctx, *name, stderr, func(listen *net.UnixListener) error {
		return stay(ctx, engines(at.pod), listen, *until)
	})
	if err != nil {
		fmt.Fprintf(stderr, "%s: %s\n", Role, err)
		return 1
	}
	return code
}

// stay serves until ctx ends or nothing is left to do, and leaves no fault behind. What was begun
// during a fault is served first, also where ctx ends with the pod: the kubelet stops all of its
// containers at the same time, and an app that finishes its responses has them led through here. Its
// end is theirs, and the pod's grace period bounds it.
func stay(ctx context.Context, engines map[string]Engine, listen *net.UnixListener, until time.Duration) error {
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	all := newFaults(engines)
	go func() {
		defer cancel()
		all.idle(ctx, until)
		if all.closeAll() == nil {
			all.drained()
		}
	}()
	err := (&server{faults: all, listen: listen}).serve(serving)
	if failed := all.closeAll(); failed != nil {
		return failed
	}
	return err
}

// drained returns when nothing is left to serve.
func (f *faults) drained() {
	for f.draining.Load() > 0 {
		<-f.changed
	}
}

// AskMain carries one request from the standard input to the agent of a name.
func AskMain(args []string, in io.Reader, out, stderr io.Writer) int {
	set := flag.NewFlagSet(AskRole, flag.ContinueOnError)
	set.SetOutput(stderr)
	name := set.String("name", "", "the `NAME` of the agent")
	start := set.Duration("start", mostStart, "how long to wait until it listens")
	if err := set.Parse(args); err != nil {
		return 2
	}
	if err := Ask(*name, *start, in, out); err != nil {
		fmt.Fprintf(stderr, "%s: %s\n", AskRole, err)
		return 1
	}
	return 0
}
