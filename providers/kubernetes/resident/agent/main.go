package agent

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

// The roles of the agent in a pod.
const (
	Role    = "resident" // waits for faults
	AskRole = "ask"      // carries one request to it
)

// linger is how long an agent that has nothing to do any more stays for the next
// fault.
const linger = 15 * time.Second

// Main waits for faults until there is nothing left to do.
func Main(engines map[string]Engine, args []string, stderr io.Writer) int {
	set := flag.NewFlagSet(Role, flag.ContinueOnError)
	set.SetOutput(stderr)
	name := set.String("name", "", "the `NAME` to listen under")
	until := set.Duration("for", time.Minute, "how long to wait for the first fault")
	if err := set.Parse(args); err != nil {
		return 2
	}
	boundMemory()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := stay(ctx, engines, *name, *until); err != nil {
		fmt.Fprintf(stderr, "%s: %s\n", Role, err)
		return 1
	}
	return 0
}

// memoryLimit is where the garbage collector begins to work for its keep: what an agent takes
// counts as the pod's, and 64 MiB is what a plan may rely on.
const memoryLimit = 40 << 20

// boundMemory leaves a limit alone that was set from outside.
func boundMemory() {
	if _, set := os.LookupEnv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// stay serves until ctx ends or nothing is left to do, and leaves no fault behind.
func stay(ctx context.Context, engines map[string]Engine, name string, until time.Duration) error {
	listen, err := net.ListenUnix("unix", address(name))
	if err != nil {
		return fmt.Errorf("listen for requests: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	all := newFaults(engines)
	go func() {
		all.idle(ctx, until)
		cancel()
	}()
	err = (&server{faults: all, listen: listen}).serve(ctx)
	if failed := all.closeAll(); failed != nil {
		return failed
	}
	return err
}

// idle returns when no fault came in time, or when all have ended and no other came
// for a while.
func (f *faults) idle(ctx context.Context, first time.Duration) {
	timer := time.NewTimer(first)
	defer timer.Stop()
	began := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.changed:
			timer.Reset(max(linger, first-time.Since(began)))
		case <-timer.C:
			if f.active() == 0 && f.draining.Load() == 0 {
				return
			}
		}
	}
}

// AskMain carries one request from the standard input to the agent of a name.
func AskMain(args []string, in io.Reader, out, stderr io.Writer) int {
	set := flag.NewFlagSet(AskRole, flag.ContinueOnError)
	set.SetOutput(stderr)
	name := set.String("name", "", "the `NAME` of the agent")
	if err := set.Parse(args); err != nil {
		return 2
	}
	if err := Ask(*name, in, out); err != nil {
		fmt.Fprintf(stderr, "%s: %s\n", AskRole, err)
		return 1
	}
	return 0
}
