package agent

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// world is what the engine of these tests does: a fault is in it, or not.
type world struct {
	mu      sync.Mutex
	present map[string]bool
	refuses error           // of Start
	stuck   error           // of Close
	left    map[string]bool // by a process before
	started int
	last    *presence
}

func newWorld() *world { return &world{present: map[string]bool{}, left: map[string]bool{}} }

type presence struct {
	world  *world
	id     string
	failed chan struct{}
	why    error
}

func (w *world) Start(_ context.Context, id string, _ time.Time, _ json.RawMessage) (Running, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuses != nil {
		return nil, w.refuses
	}
	w.started++
	w.present[id] = true
	w.last = &presence{world: w, id: id, failed: make(chan struct{})}
	return w.last, nil
}

func (w *world) Clean(id string, look bool) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := w.left[id]
	if !look {
		delete(w.left, id)
	}
	return found, nil
}

func (p *presence) Facts() []wire.Fact { return []wire.Fact{{Name: "seen", Text: "1 thing seen"}} }

func (p *presence) Failed() <-chan struct{} { return p.failed }
func (p *presence) Why() error              { return p.why }

func (p *presence) Close() error {
	p.world.mu.Lock()
	defer p.world.mu.Unlock()
	if p.world.stuck != nil {
		return p.world.stuck
	}
	delete(p.world.present, p.id)
	return nil
}

func (w *world) has(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.present[id]
}

func lasting(d time.Duration) wire.Fault {
	return wire.Fault{Engine: "test", Deadline: time.Now().Add(d), For: d, Spec: json.RawMessage("{}")}
}

func state(t require.TestingT, f *faults) wire.State {
	reply, err := f.status("a")
	require.NoError(t, err)
	return reply.State
}

func TestFaultEndsAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		f := newFaults(map[string]Engine{"test": w})
		require.NoError(t, f.inject(t.Context(), "a", lasting(time.Minute)))
		assert.Equal(t, wire.Active, state(t, f))
		time.Sleep(time.Minute - time.Nanosecond)
		synctest.Wait()
		assert.True(t, w.has("a"))
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		assert.False(t, w.has("a"))
		reply, err := f.status("a")
		require.NoError(t, err)
		assert.Equal(t, wire.Reply{State: wire.Absent, Detail: "its deadline has passed"}, reply)
		require.ErrorIs(t, f.inject(t.Context(), "a", lasting(time.Minute)), errEnded, "nothing comes back")
	})
}

func TestClocksThatDifferNeverMakeAFaultLonger(t *testing.T) {
	now := time.Now()
	tests := map[string]struct {
		deadline time.Time
		left     time.Duration
		want     time.Duration
	}{
		"one clock":        {now.Add(time.Minute), time.Minute, time.Minute},
		"the pod's behind": {now.Add(time.Hour), time.Minute, time.Minute},
		"the pod's ahead":  {now.Add(time.Second), time.Minute, time.Second},
		"over by both":     {now.Add(-time.Second), -time.Second, -time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			until := wire.Fault{Deadline: tt.deadline, For: tt.left}.Until(now)
			assert.Equal(t, tt.want, until.Sub(now))
		})
	}
}

func TestEngineThatGivesUpIsToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		f := newFaults(map[string]Engine{"test": w})
		require.NoError(t, f.inject(t.Context(), "a", lasting(time.Minute)))
		w.last.why = errors.New("the queue is gone")
		close(w.last.failed)
		synctest.Wait()
		reply, err := f.status("a")
		require.NoError(t, err)
		assert.Equal(t, wire.Reply{State: wire.Absent, Detail: "the queue is gone"}, reply)
	})
}

// waning is a fault of which a part may be missing.
type waning struct {
	Running

	missing string
}

func (w waning) Missing() string { return w.missing }

func TestWhatIsThereInPartIsNoEvidence(t *testing.T) {
	facts := (&presence{}).Facts()
	for missing, want := range map[string]wire.Reply{
		"":                   {State: wire.Active, Facts: facts},
		"1 of 2 workers run": {State: wire.Partial, Detail: "1 of 2 workers run"},
	} {
		assert.Equal(t, want, standing(waning{&presence{}, missing}))
	}
	assert.Equal(t, wire.Reply{State: wire.Active, Facts: facts}, standing(&presence{}))
}

func TestRevertThatFailsIsTriedAgain(t *testing.T) {
	w := newWorld()
	f := newFaults(map[string]Engine{"test": w})
	require.NoError(t, f.inject(t.Context(), "a", lasting(time.Minute)))
	w.stuck = errors.New("busy")
	require.ErrorIs(t, f.revert("a"), w.stuck)
	assert.Equal(t, wire.Active, state(t, f), "it is still there, and says so")
	w.stuck = nil
	require.NoError(t, f.revert("a"))
	assert.Equal(t, wire.Absent, state(t, f))
}

func TestWhatAnotherProcessLeftIsSeenAndRemoved(t *testing.T) {
	w := newWorld()
	w.left["a"] = true
	f := newFaults(map[string]Engine{"test": w})
	assert.Equal(t, wire.Left, state(t, f))
	require.NoError(t, f.revert("a"))
	assert.Equal(t, wire.Absent, state(t, f))
}

func TestRefusals(t *testing.T) {
	w := newWorld()
	f := newFaults(map[string]Engine{"test": w})
	other := lasting(time.Minute)
	other.Engine = "other"
	require.ErrorContains(t, f.inject(t.Context(), "a", other), `no engine "other", but [test]`)
	require.ErrorIs(t, f.inject(t.Context(), "b", lasting(-time.Second)), errLate)
	w.refuses = errors.New("no such device")
	require.ErrorIs(t, f.inject(t.Context(), "c", lasting(time.Minute)), w.refuses)
	w.refuses = nil
	require.NoError(t, f.inject(t.Context(), "c", lasting(time.Minute)), "what failed may be tried again")
	require.NoError(t, f.closeAll())
}

// TestAnyOrder: whatever is asked in whatever order, a fault is in place exactly
// when it was injected, once, and not reverted before or since.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		f := newFaults(map[string]Engine{"test": w})
		want := map[string]wire.State{}
		over := map[string]bool{}
		for range rapid.IntRange(1, 30).Draw(t, "requests") {
			id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id")
			if rapid.Bool().Draw(t, "inject") {
				err := f.inject(context.Background(), id, lasting(time.Hour))
				if over[id] {
					require.ErrorIs(t, err, errEnded)
					continue
				}
				require.NoError(t, err)
				want[id] = wire.Active
			} else {
				require.NoError(t, f.revert(id))
				want[id], over[id] = wire.Absent, true
			}
			for id, state := range want {
				reply, err := f.status(id)
				require.NoError(t, err)
				require.Equal(t, state, reply.State)
				require.Equal(t, state == wire.Active, w.has(id), id)
			}
		}
		require.NoError(t, f.closeAll())
		require.Empty(t, w.present)
		require.Zero(t, f.active())
	})
}

func TestAgentLeavesWhenNothingIsLeftToDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		f := newFaults(map[string]Engine{"test": w})
		began, gone := time.Now(), make(chan time.Duration, 1)
		go func() {
			f.idle(t.Context(), 10*time.Second)
			gone <- time.Since(began)
		}()
		require.NoError(t, f.inject(t.Context(), "a", lasting(time.Minute)))
		assert.Equal(t, time.Minute+linger, <-gone)
	})
}

// TestAgentStaysForWhoReliesOnIt: an experiment that has found it there waits for its own fault, and the agent was made for another's.
func TestAgentStaysForWhoReliesOnIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFaults(map[string]Engine{"test": newWorld()})
		began, gone := time.Now(), make(chan time.Duration, 1)
		go func() {
			f.idle(t.Context(), 10*time.Second)
			gone <- time.Since(began)
		}()
		require.NoError(t, f.inject(t.Context(), "a", lasting(time.Minute)))
		<-time.After(time.Minute + linger - time.Second) // it is about to leave
		require.NoError(t, f.stay(time.Hour))
		require.NoError(t, f.stay(time.Minute), "is less, and takes nothing away")
		require.NoError(t, f.stay(-time.Minute))
		want := time.Minute + linger - time.Second + time.Hour
		assert.Equal(t, want, <-gone)
		require.ErrorIs(t, f.stay(time.Minute), errLeaving, "it is too late")
		require.ErrorIs(t, f.inject(t.Context(), "b", lasting(time.Minute)), errLeaving)
	})
}
