//go:build linux

package supervisor

import (
	"context"
	"errors"
	"log/slog"
	"os"
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

// hanging is a worker in the kernel's hands: SIGKILL does not end it.
func hanging() *stressing {
	p := unreachable()
	return &stressing{spawner: p.spawner, workers: []*child{p.current, p.current}}
}

func TestRevertGivesUpOnWorkersThatSurviveKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		require.ErrorContains(t, hanging().revert(t.Context()), "survives SIGKILL")
		assert.Equal(t, killTimeout, time.Since(begun), "for all of them together")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, hanging().revert(ctx), context.DeadlineExceeded)
	})
}

// stuck is an effect whose revert hangs in the kernel.
type stuck struct {
	failing
	until chan struct{}
}

func (e *stuck) revert(context.Context) error { <-e.until; return nil }

// TestEndOfFaultsIsBounded has one fault hang and others fail.
func TestEndOfFaultsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs, fails := &stuck{until: make(chan struct{})}, &failing{}
		effects := map[string]effect{"hangs": hangs, "fails": fails, "survives": hanging()}
		log := slog.New(slog.DiscardHandler)
		s := &server{log: log, faults: &faults{life: t.Context(), log: log, byID: map[string]*fault{}}}
		for id, effect := range effects {
			f := newFault(s.faults.life, FaultSpec{ID: id}, effect, log)
			f.phase, s.faults.byID[id] = PhaseInjected, f
		}
		begun := time.Now()
		s.revertAll()
		assert.Equal(t, revertTimeout, time.Since(begun))
		synctest.Wait() // the reverts go on where their end was not waited for
		assert.Len(t, fails.reverts, 1)
		close(hangs.until)
		synctest.Wait()
	})
}

// TestFilesystemsAreTheWorkersToAsk: one that does not answer would have the supervisor hang.
func TestFilesystemsAreTheWorkersToAsk(t *testing.T) {
	assert.Nil(t, diskRole(DiskFill{Dir: "/"}).check)
	assert.NotNil(t, memoryRole(MemoryStress{}).check)
}

// TestMemoryOfTheWorkerItself: this process has more than that, and has taken none of it.
func TestMemoryOfTheWorkerItself(t *testing.T) {
	stat, err := procfs.Read(os.Getpid())
	require.NoError(t, err)
	require.Greater(t, stat.Memory(), int64(1<<20))
	assert.False(t, memoryRole(MemoryStress{Bytes: 1 << 20}).reached(stat))
}
