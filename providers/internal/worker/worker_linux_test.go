package worker_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// TestMain is also a worker: one that has its effect at once, or never.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "agent" {
		os.Exit(role(os.Args[2], os.Args[3:]))
	}
	// The race detector lets every process wait for a second at its end.
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	goleak.VerifyTestMain(m)
}

func role(name string, args []string) int {
	flags := worker.NewFlags(name, os.Stderr)
	if err := flags.Parse(args); err != nil {
		return 1
	}
	_ = worker.Run(flags.Deadline, func(ctx context.Context, ready func() error) error {
		if name == "quick" {
			return ready()
		}
		<-ctx.Done()
		return nil
	})
	return 0
}

func command(name string, lives time.Duration) worker.Command {
	return worker.Command{
		Prefix: []string{"agent"}, Args: []string{name, worker.DeadlineFlag, worker.FormatDeadline(time.Now().Add(lives))},
		Env: []string{"GORACE=atexit_sleep_ms=0"},
	}
}

// TestWorkerThatIsNeverReady ends in order at its deadline, and has had no effect.
func TestWorkerThatIsNeverReady(t *testing.T) {
	p, err := worker.Start(t.Context(), command("slow", time.Second))
	require.Error(t, err)
	assert.Nil(t, p)
}

func TestReadyWorkerOfACancelledStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 {
		_, err := worker.Start(ctx, command("quick", time.Minute))
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestInTime(t *testing.T) {
	require.NoError(t, worker.InTime(time.Now().Add(time.Minute)))
	require.ErrorIs(t, worker.InTime(time.Now().Add(-time.Minute)), worker.ErrLate)
}
