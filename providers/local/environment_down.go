package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// Down ends the environment. The supervisor does it in order; what it could not
// do, or what is left of one that is gone, is found by its marks and killed.
func (e *environment) Down(ctx context.Context, from providers.EnvironmentHandle) error {
	h, err := readHandle(from)
	if err != nil {
		return err
	}
	if s := e.provider.take(h); s != nil {
		err = s.close(ctx, e.provider.patience)
	} else {
		err = h.stop(ctx, e.provider.patience)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("end %s: %w", h.Environment, errFirst(err, ctx.Err()))
	}
	if err := supervisor.Sweep(ctx, h.Run, h.Environment); err != nil {
		return fmt.Errorf("end %s: %w", h.Environment, err)
	}
	return supervisor.RemoveSocket(h.Socket)
}

// stop asks the supervisor to end everything and waits until it is gone.
func (h handle) stop(ctx context.Context, patience time.Duration) error {
	client := supervisor.NewClient(h.Socket)
	defer client.Close()
	if err := stop(ctx, client, patience); err != nil && !errors.Is(err, supervisor.ErrUnreachable) {
		return err
	}
	return h.waitGone(ctx)
}

// waitGone gives a supervisor that is exiting the time to do so.
func (h handle) waitGone(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		present, err := supervisor.Present(h.Run, h.Environment)
		if err != nil || !present {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Leftovers lists what carries the environment's marks in /proc, and its socket.
func (e *environment) Leftovers(_ context.Context, from providers.EnvironmentHandle) ([]string, error) {
	h, err := readHandle(from)
	if err != nil {
		return nil, err
	}
	found, err := supervisor.Find(h.Run, h.Environment)
	if err != nil {
		return nil, err
	}
	var left []string
	for _, stat := range found {
		name := procfs.Lookup(procfs.Environ(stat.PID), supervisor.MarkProcess)
		left = append(left, fmt.Sprintf("process %d (%s, %s)", stat.PID, name, stat.Command))
	}
	slices.Sort(left)
	if _, err := os.Lstat(h.Socket); err == nil {
		left = append(left, "socket "+h.Socket)
	}
	return left, nil
}
