// Package agent is the reaper itself: what runs inside the cluster. It speaks plain
// HTTP, and does without client-go.
package agent

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// Role is the first argument by which the agent's binary becomes a reaper.
const Role = "reaper"

// Main runs a reaper until its work is done, or until it is told to end, and returns
// the exit code. Args are those after the role.
func Main(args []string, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := parse(args, stderr)
	if err == nil {
		err = r.Run(ctx)
	}
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if ctx.Err() == nil {
		fmt.Fprintln(stderr, "gameday-agent reaper:", err)
	}
	return 1 // also when it is told to end: a node that was shut down starts again what had not succeeded
}

// parse makes a reaper with the credentials of its pod.
func parse(args []string, stderr io.Writer) (*Reaper, error) {
	flags := flag.NewFlagSet(Role, flag.ContinueOnError)
	flags.SetOutput(stderr)
	r := &Reaper{Log: slog.New(slog.NewJSONHandler(stderr, nil)), Every: every, Settle: settle}
	flags.StringVar(&r.RunID, "run", "", "the run whose claims to keep")
	flags.StringVar(&r.Namespace, "namespace", "", "where its claims and this pod are")
	flags.StringVar(&r.Name, "name", "", "the name of the service account")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if r.RunID == "" || r.Namespace == "" || r.Name == "" || flags.NArg() > 0 {
		return nil, errors.New("expected --run, --namespace and --name, and nothing else")
	}
	api, err := inCluster()
	if err != nil {
		return nil, err
	}
	r.Store = claim.Store{API: api}
	return r, nil
}

const (
	every = time.Second // between two looks; a claim says long before what is to come

	// settle is how long after the deadline the reaper begins, so that a change that was
	// sent before it has arrived; and how long after that it looks again.
	settle = 500 * time.Millisecond
)
