//go:build linux

package supervisor

import (
	"context"
	"errors"
	"log/slog"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// unreachable is a process that no signal reaches and that does not end, as one
// that hangs in the kernel.
func unreachable() *process {
	return &process{
		spec: ProcessSpec{Name: "a"}, spawner: &spawner{children: map[int]*child{}}, life: context.Background(),
		log:     slog.New(slog.DiscardHandler),
		current: &child{identity: procfs.Identity{PID: 1 << 30, Start: 1}, done: make(chan struct{})},
	}
}

// TestSignalThatWasNotSent claims nothing of a signal that reached nobody.
func TestSignalThatWasNotSent(t *testing.T) {
	p := unreachable()
	owned := &processes{spawner: p.spawner, byName: map[string]*process{"a": p}}
	fault := newKill(owned, FaultSpec{Signal: int(syscall.SIGKILL), Processes: []ProcessTarget{{Name: "a", Identity: p.current.identity}}})
	require.ErrorIs(t, fault.inject(t.Context()), procfs.ErrGone)
	var status FaultStatus
	fault.status(&status)
	assert.Empty(t, status.Ended)
	require.NoError(t, fault.revert(t.Context()), "there is nothing to start again")
}

func TestStopGivesUpOnWhatSurvivesKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := unreachable().stop(t.Context(), syscall.SIGKILL, 0)
		require.ErrorContains(t, err, "survives SIGKILL")
	})
}

// TestReadinessTimesOutInTime has a look begin shortly before the time is up that
// would take as long again.
func TestReadinessTimesOutInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := unreachable()
		p.spec.Ready = ReadySpec{Interval: 9 * time.Second, Timeout: 10 * time.Second}
		looks, begun := 0, time.Now()
		err := p.await(t.Context(), p.current, 0, func(ctx context.Context) error {
			if looks++; looks == 1 {
				return errors.New("not yet")
			}
			<-ctx.Done()
			return ctx.Err()
		})
		require.ErrorContains(t, err, "not ready after 10s")
		assert.Equal(t, 10*time.Second, time.Since(begun))
		assert.Equal(t, 2, looks)
	})
}

// failing is an effect that cannot be reverted.
type failing struct{ reverts []time.Time }

func (e *failing) inject(context.Context) error { return nil }

func (e *failing) revert(context.Context) error {
	e.reverts = append(e.reverts, time.Now())
	return errors.New("not possible")
}

func (e *failing) status(*FaultStatus) {}

// TestRevertAtTheDeadlineIsTriedAgain counts the attempts of an hour: it never
// gives up, and neither does it fill the log.
func TestRevertAtTheDeadlineIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		life, end := context.WithCancelCause(t.Context())
		effect := &failing{}
		f := newFault(life, FaultSpec{ID: "f", Deadline: time.Now().Add(time.Second)}, effect, slog.New(slog.DiscardHandler))
		require.NoError(t, f.inject())
		time.Sleep(time.Hour)
		end(errEnding)
		synctest.Wait()
		assert.Greater(t, len(effect.reverts), 100)
		assert.Less(t, len(effect.reverts), 1000)
		assert.Less(t, effect.reverts[1].Sub(effect.reverts[0]), time.Second, "the second attempt comes soon")
	})
}

func TestExitOfWorkers(t *testing.T) {
	const killed, failed, noSpace = syscall.WaitStatus(9), syscall.WaitStatus(1 << 8), syscall.WaitStatus(4 << 8)
	assert.ErrorContains(t, explainExit(killed), "ended by signal 9 (SIGKILL)")
	assert.ErrorContains(t, explainExit(failed), "exit code 1")
	assert.ErrorContains(t, explainExit(noSpace), "no space")
}
