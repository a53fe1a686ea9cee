package event_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sinkFunc is a sink made of a function.
type sinkFunc func(event.Event)

func (f sinkFunc) Emit(e event.Event) { f(e) }

func TestBusNumbersStampsAndOrdersForEverySink(t *testing.T) {
	var first, second eventtest.Recorder
	bus := event.NewBus("r1", time.Now, &first, &second)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				bus.Emit(event.Notice{Text: "x"})
			}
		})
	}
	group.Wait()
	require.NoError(t, bus.Close())

	require.Len(t, first.Events(), 800)
	assert.Equal(t, first.Events(), second.Events())
	for i, e := range first.Events() {
		assert.Equal(t, uint64(i+1), e.Seq)
		assert.Equal(t, "r1", e.Run)
		assert.Equal(t, time.UTC, e.Time.Location())
		if i > 0 {
			assert.False(t, e.Time.Before(first.Events()[i-1].Time), "time runs back at %d", e.Seq)
		}
	}
}

func TestBusDropsAPanickingSinkAndTellsTheOthers(t *testing.T) {
	var healthy eventtest.Recorder
	calls := 0
	bad := sinkFunc(func(e event.Event) {
		calls++
		if e.Seq == 2 {
			panic("broken pipe")
		}
	})
	bus := event.NewBus("r1", time.Now, bad, &healthy)
	for range 3 {
		bus.Emit(event.Recovered{})
	}
	err := bus.Close()

	require.ErrorContains(t, err, "panicked at event 2 (recovered) and was dropped: broken pipe")
	assert.Equal(t, 2, calls)
	assert.Len(t, eventtest.Of[event.Recovered](healthy.Events()), 3)
}

func TestBusTellsOfAPanicWhileItIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var healthy eventtest.Recorder
		bus := event.NewBus("r1", time.Now, &healthy, sinkFunc(func(event.Event) { panic("no") }))
		bus.Emit(event.Recovered{})
		synctest.Wait()
		bus.Emit(event.RunFinished{})
		require.Error(t, bus.Close())

		events := healthy.Events()
		require.Len(t, events, 3)
		assert.Contains(t, events[1].Body.(event.Notice).Text, "was dropped: no")
		assert.Equal(t, uint64(3), events[2].Seq)
	})
}

func TestBusLeavesABlockedSinkBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var healthy eventtest.Recorder
		release := make(chan struct{})
		bus := event.NewBus("r1", time.Now, sinkFunc(func(event.Event) { <-release }), &healthy)
		for range 3000 {
			bus.Emit(event.Recovered{})
		}
		require.ErrorContains(t, bus.Close(), "took nothing for 5s and was left behind")
		assert.Len(t, healthy.Events(), 3000)
		assert.Equal(t, []bool{true, false}, []bool{bus.Holds(0), bus.Holds(1)})
		close(release)
		synctest.Wait()
		assert.False(t, bus.Holds(0))
	})
}

func TestBusWaitsForASlowSinkThatGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow eventtest.Recorder
		bus := event.NewBus("r1", time.Now, sinkFunc(func(e event.Event) {
			time.Sleep(4 * time.Second)
			slow.Emit(e)
		}))
		for range 5 {
			bus.Emit(event.Recovered{})
		}
		require.NoError(t, bus.Close())
		assert.Len(t, slow.Events(), 5)
	})
}

func TestBusLeavesOutSnapshotsForASinkThatIsFarBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow eventtest.Recorder
		release := make(chan struct{})
		bus := event.NewBus("r1", time.Now, sinkFunc(func(e event.Event) {
			<-release
			slow.Emit(e)
		}))
		for range 5000 {
			bus.Emit(event.Progress{})
		}
		bus.Emit(event.RunFinished{})
		close(release)
		require.NoError(t, bus.Close())
		assert.Less(t, len(eventtest.Of[event.Progress](slow.Events())), 1100)
		assert.Len(t, eventtest.Of[event.RunFinished](slow.Events()), 1)
	})
}

func TestBusIgnoresWhatComesAfterClose(t *testing.T) {
	var sink eventtest.Recorder
	bus := event.NewBus("r1", time.Now, &sink)
	require.NoError(t, bus.Close())
	bus.Emit(event.Notice{})
	require.NoError(t, bus.Close())
	assert.Empty(t, sink.Events())
}

func BenchmarkBusEmit(b *testing.B) {
	bus := event.NewBus("r1", time.Now, sinkFunc(func(event.Event) {}), sinkFunc(func(event.Event) {}))
	for b.Loop() {
		bus.Emit(event.Notice{Text: "x"})
	}
	require.NoError(b, bus.Close())
}
