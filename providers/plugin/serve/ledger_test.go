package serve

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
)

// slow is a fault whose undo takes its time, and fails at first.
type slow struct {
	takes  time.Duration
	fails  int         // attempts that fail; none is cut that does not
	mended atomic.Bool // that none fails any more
	tried  atomic.Int32
	gone   atomic.Bool
}

func (s *slow) revert(ctx context.Context, _ providers.Record) error {
	timer := time.NewTimer(s.takes)
	defer timer.Stop()
	tried := int(s.tried.Add(1))
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	if tried <= s.fails && !s.mended.Load() {
		return errors.New("not yet")
	}
	s.gone.Store(true)
	return nil
}

// fresh is the ledger of a process that has not injected the fault, and the record of that.
func (s *slow) fresh(lives time.Duration) (*ledger, providers.Record) {
	l := newLedger(s.revert, func(context.Context, providers.EnvironmentHandle) error { return nil }, slog.New(slog.DiscardHandler))
	return l, providers.Record{ID: "f", Address: "fault.f", Deadline: time.Now().Add(lives)}
}

// ledger is one in which the fault is, or half of it where its injection has failed.
func (s *slow) ledger(t *testing.T, lives time.Duration, injection error) *ledger {
	t.Helper()
	l, record := s.fresh(lives)
	require.ErrorIs(t, l.inject(t.Context(), record, func() error { return injection }), injection)
	return l
}

const forever = 1 << 30 // attempts

var errHalf = errors.New("half of it is in place")

// TestCloseGivesARevertItsTime, also after an injection that failed: half of the fault may be there.
func TestCloseGivesARevertItsTime(t *testing.T) {
	for name, c := range map[string]struct {
		takes     time.Duration
		fails     int
		injection error
		gone      bool
		within    time.Duration // until it is gone, or given up
	}{
		"in place, slow":                 {10 * time.Second, 0, nil, true, 10 * time.Second},
		"in place, fails for a while":    {0, 100, nil, true, 25 * time.Second},
		"in place, fails for ever":       {0, forever, nil, false, patience},
		"half, slow":                     {10 * time.Second, 0, errHalf, true, 10 * time.Second},
		"half, slow, and fails at first": {5 * time.Second, 2, errHalf, true, 16 * time.Second},
		"half, fails at first":           {0, 3, errHalf, true, time.Second},
		"not at all: fails for ever":     {0, forever, errHalf, false, courtesy},
		"half, too slow":                 {time.Hour, 0, errHalf, false, patience},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fault := &slow{takes: c.takes, fails: c.fails}
				l, begun := fault.ledger(t, time.Hour, c.injection), time.Now()
				err := l.close(true)
				assert.Equal(t, c.gone, err == nil, "%v", err)
				assert.Equal(t, c.gone, fault.gone.Load())
				assert.LessOrEqual(t, time.Since(begun), c.within+pause)
			})
		})
	}
}

// TestTheDeadlineIsNotGivenUp: what could not be reverted for long is tried again, ever less often.
func TestTheDeadlineIsNotGivenUp(t *testing.T) {
	for name, c := range map[string]struct {
		takes time.Duration
		fails int
		most  time.Duration // after the deadline
	}{
		"at once":            {0, 0, pause},
		"after many reverts": {0, 400, 70 * time.Minute},
		"after slow ones":    {30 * time.Second, 10, 7 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fault := &slow{takes: c.takes, fails: c.fails}
				l := fault.ledger(t, time.Minute, nil)
				time.Sleep(time.Minute + c.most)
				synctest.Wait()
				assert.True(t, fault.gone.Load())
				assert.EqualValues(t, c.fails+1, fault.tried.Load(), "no more often than it takes")
				require.NoError(t, l.close(true))
			})
		})
	}
}

// TestTheDeadlineEnds when another call has undone the fault, and with the ledger.
func TestTheDeadlineEnds(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *ledger, *slow){
		"by another call": func(t *testing.T, l *ledger, fault *slow) {
			t.Helper()
			fault.mended.Store(true)
			require.NoError(t, l.undo(t.Context(), providers.Record{ID: "f"}))
		},
		"with the ledger": func(t *testing.T, l *ledger, _ *slow) {
			t.Helper()
			require.ErrorContains(t, l.close(true), "fault.f: not yet")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fault := &slow{fails: forever}
				l := fault.ledger(t, time.Minute, nil)
				time.Sleep(time.Hour)
				tried := fault.tried.Load()
				assert.Less(t, tried, int32(400), "it does not hammer")
				time.Sleep(time.Hour)
				assert.Greater(t, fault.tried.Load(), tried, "and goes on")
				end(t, l, fault)
				synctest.Wait()
				tried = fault.tried.Load()
				time.Sleep(time.Hour)
				assert.Equal(t, tried, fault.tried.Load())
			})
		})
	}
}

// TestCloseEndsAnUndoThatWasCut: gameday was killed while a process that had not injected the fault undid it. Before the
// deadline and after it, and whether the undo had failed by itself or not.
func TestCloseEndsAnUndoThatWasCut(t *testing.T) {
	for name, c := range map[string]struct {
		takes  time.Duration
		fails  int
		lives  time.Duration
		gone   bool
		within time.Duration
	}{
		"slow":                     {10 * time.Second, 0, time.Hour, true, 10 * time.Second},
		"slow, after the deadline": {10 * time.Second, 0, -time.Hour, true, 10 * time.Second},
		"fails for a while":        {0, 3, time.Hour, true, time.Second},
		"fails for ever":           {0, forever, time.Hour, false, courtesy},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fault := &slow{takes: c.takes, fails: c.fails}
				l, record := fault.fresh(c.lives)
				cut, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				require.Error(t, l.undo(cut, record))
				begun := time.Now()
				err := l.close(true)
				assert.Equal(t, c.gone, err == nil, "%v", err)
				assert.Equal(t, c.gone, fault.gone.Load())
				assert.LessOrEqual(t, time.Since(begun), c.within+pause)
			})
		})
	}
}

// TestCloseWaitsForAnUndoThatHasBegun: its call is cut while everything is closed.
func TestCloseWaitsForAnUndoThatHasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fault := &slow{takes: 10 * time.Second}
		l, record := fault.fresh(time.Hour)
		cut, cancel := context.WithCancel(t.Context())
		undone := make(chan error)
		go func() { undone <- l.undo(cut, record) }()
		synctest.Wait()
		go cancel()
		require.NoError(t, l.close(true))
		assert.True(t, fault.gone.Load())
		require.ErrorIs(t, <-undone, context.Canceled)
	})
}

// TestTheDeadlineEndsWhatAnotherProcessHasInjected, when whoever asked for the undo gave up.
func TestTheDeadlineEndsWhatAnotherProcessHasInjected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fault := &slow{fails: 3}
		l, record := fault.fresh(time.Minute)
		require.Error(t, l.undo(t.Context(), record))
		time.Sleep(time.Minute - time.Second)
		synctest.Wait()
		assert.False(t, fault.gone.Load(), "not before")
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.True(t, fault.gone.Load())
		tried := fault.tried.Load()
		require.NoError(t, l.close(true))
		assert.Equal(t, tried, fault.tried.Load(), "nothing is owed any more")
	})
}

// TestWhatWasUndoneIsNotUndoneAgain when everything is closed, whoever had injected it.
func TestWhatWasUndoneIsNotUndoneAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fault := &slow{}
		l, record := fault.fresh(time.Minute)
		require.NoError(t, l.undo(t.Context(), record))
		require.NoError(t, l.close(true))
		time.Sleep(time.Hour)
		assert.EqualValues(t, 1, fault.tried.Load())
	})
}

// TestAnInjectionThatComesTooLate is refused, and what is owed of its fault stays owed.
func TestAnInjectionThatComesTooLate(t *testing.T) {
	run := func() error { return errors.New("expected it not to be put in place") }
	synctest.Test(t, func(t *testing.T) {
		fault := &slow{fails: 1}
		l, record := fault.fresh(time.Minute)
		require.Error(t, l.undo(t.Context(), record))
		require.ErrorIs(t, l.inject(t.Context(), record, run), errUndone)
		time.Sleep(2 * time.Minute)
		assert.True(t, fault.gone.Load())
		require.NoError(t, l.close(true))
	})
}

// TestCloseAndAnInjectionThatBegins: either the injection is refused, or whoever closes waits for it and undoes it.
func TestCloseAndAnInjectionThatBegins(t *testing.T) {
	for range 10_000 {
		fault := &slow{}
		l, record := fault.fresh(time.Hour)
		e, err := l.entry(record, func(*entry) {})
		require.NoError(t, err)
		var admitted error
		begun, meet := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(begun)
			<-meet
			admitted = l.admit(e)
		}()
		close(meet)
		require.NoError(t, l.close(true))
		<-begun
		if admitted == nil {
			require.EqualValues(t, 1, fault.tried.Load(), "nobody undoes what is about to be in place")
		} else {
			require.False(t, e.open())
		}
	}
}
