package machine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// GuardRole is the agent's role of the process that takes a step back at its
// deadline.
const GuardRole = "node-guard"

// retryEvery is the pace at which a guard whose runtime does not answer tries
// again, and patience how long after the deadline it does. settle is how long after
// it was undone the guard looks once more.
const (
	retryEvery = time.Second
	settle     = 5 * time.Second
	patience   = 15 * time.Minute
)

// order is what a guard is told, on its standard input.
type order struct {
	ID       string         `json:"id"`
	Step     claim.NodeStep `json:"step"`
	Deadline time.Time      `json:"deadline"`
	File     string         `json:"file"` // that it keeps locked while it lives
}

// guardFile is where the guard of a fault on a node is found again, by any process
// of this user.
func guardFile(id, node string) (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir() // no home: a service, a container
	}
	dir = filepath.Join(dir, "gameday", "node-guards")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the folder of guards: %w", err)
	}
	return filepath.Join(dir, id+"."+filepath.Base(node)), nil
}

// keep waits for the deadline, takes the step back and returns. It returns early
// when ctx ends: the step was undone by somebody else.
func keep(ctx context.Context, o order) error {
	if !sleepUntil(ctx, o.Deadline) {
		return nil
	}
	r, err := runtimeOf(o.Step.Via)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithDeadline(ctx, o.Deadline.Add(patience))
	defer cancel()
	return o.mendTwice(ctx, box{r, o.Step}.mend)
}

// mendTwice looks a second time after a moment, as the reaper does: an act that was
// on its way at the deadline, of a runner that is dead by now, has no other guard.
func (o order) mendTwice(ctx context.Context, mend func(context.Context) error) error {
	if err := o.persist(ctx, mend); err != nil {
		return err
	}
	if !sleepUntil(ctx, time.Now().Add(settle)) {
		return nil // somebody else has undone it
	}
	return o.persist(ctx, mend)
}

func (o order) persist(ctx context.Context, mend func(context.Context) error) error {
	for {
		err := mend(ctx)
		if err == nil {
			return nil
		}
		if !sleepUntil(ctx, time.Now().Add(retryEvery)) {
			return fmt.Errorf("node %s is still %s: %w", o.Step.Node, After(o.Step.Action), err)
		}
	}
}

// sleepUntil looks at the clock again and again: a machine that was suspended has
// timers that are late. It is false when ctx ended before.
func sleepUntil(ctx context.Context, when time.Time) bool {
	when = when.Round(0) // compare wall clocks
	for {
		left := time.Until(when)
		if left <= 0 {
			return true
		}
		timer := time.NewTimer(min(left, time.Second))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false
		}
	}
}

// agent finds what a guard is started as: gameday-agent beside the running
// executable, or that itself as its own agent.
func agent() (path string, args []string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, fmt.Errorf("find gameday-agent: %w", err)
	}
	beside := filepath.Join(filepath.Dir(self), "gameday-agent")
	if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
		return beside, []string{GuardRole}, nil
	}
	return self, []string{"agent", GuardRole}, nil
}

// errNoGuard says that a guard did not begin to watch.
var errNoGuard = errors.New("the process that would undo it at the deadline did not start")

// environment is what a guard needs of ours: the runtime's configuration is in it.
// The marker is for people who wonder what the process is.
func environment(id string) []string {
	return append(slices.Clone(os.Environ()), "GAMEDAY_GUARD="+id)
}

func encode(o order) ([]byte, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("tell the guard: %w", err)
	}
	return text, nil
}
