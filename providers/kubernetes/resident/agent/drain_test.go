package agent

import (
	"context"
	"encoding/json"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// serving is an engine whose faults serve somebody for a while after their end.
type serving struct {
	*world

	drained chan struct{}
}

type servingPresence struct {
	Running

	drained chan struct{}
}

func (s servingPresence) Drained() <-chan struct{} { return s.drained }

func (s serving) Start(ctx context.Context, id string, deadline time.Time, spec json.RawMessage) (Running, error) {
	running, err := s.world.Start(ctx, id, deadline, spec)
	return servingPresence{running, s.drained}, err
}

// left is how long an agent stays after the revert of its only fault, when what that
// served ends after a while.
func left(t *testing.T, serves time.Duration) time.Duration {
	t.Helper()
	var gone time.Duration
	synctest.Test(t, func(t *testing.T) {
		drained := make(chan struct{})
		f := newFaults(map[string]Engine{"test": serving{newWorld(), drained}})
		require.NoError(t, f.inject(t.Context(), "a", lasting(time.Hour)))
		began := time.Now()
		require.NoError(t, f.revert("a"))
		if serves > 0 {
			time.AfterFunc(serves, func() { close(drained) })
		}
		f.idle(t.Context(), time.Second)
		gone = time.Since(began)
	})
	return gone
}

func TestTheAgentStaysForWhatWasBegun(t *testing.T) {
	assert.Equal(t, time.Minute+linger, left(t, time.Minute))
	assert.Equal(t, mostDrain+linger, left(t, 0), "though not for ever")
}

// TestTheAgentIsToldToStopWhileItServes: the kubelet tells all containers of a pod at once, and the
// app's last responses go through the agent.
func TestTheAgentIsToldToStopWhileItServes(t *testing.T) {
	name := "test-" + t.Name()
	listen, err := net.ListenUnix("unix", address(name))
	require.NoError(t, err)
	w, drained := newWorld(), make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	gone := make(chan error, 1)
	go func() {
		gone <- stay(ctx, map[string]Engine{"test": serving{w, drained}}, listen, time.Minute)
	}()
	fault := lasting(time.Minute)
	reply, err := exchange(name, mostStart, wire.Request{Version: wire.Version, Op: wire.Inject, ID: "a", Fault: &fault})
	require.NoError(t, err)
	require.Equal(t, wire.Active, reply.State)
	stop()
	require.Eventually(t, func() bool { return !w.has("a") }, time.Minute, time.Millisecond, "the fault ends at once")
	reply, err = exchange(name, mostStart, wire.Request{Version: wire.Version, Op: wire.Status, ID: "a"})
	require.NoError(t, err, "the agent is still there")
	assert.Equal(t, wire.Absent, reply.State)
	close(drained)
	require.NoError(t, <-gone)
}

// TestStatusMayAskToStay: the request that finds out whether the agent is there keeps it.
func TestStatusMayAskToStay(t *testing.T) {
	s := &server{faults: newFaults(map[string]Engine{"test": newWorld()})}
	reply, err := s.answer(t.Context(), wire.Request{Version: wire.Version, Op: wire.Status, ID: "a", Stay: time.Hour})
	require.NoError(t, err)
	assert.Equal(t, wire.Absent, reply.State)
	assert.Greater(t, time.Until(s.faults.until), 59*time.Minute)
}

// TestWhoLeavesGivesNoAnswer: whoever asks for something takes it for an agent that has left.
func TestWhoLeavesGivesNoAnswer(t *testing.T) {
	name := "test-" + t.Name()
	listen, err := net.ListenUnix("unix", address(name))
	require.NoError(t, err)
	all := newFaults(map[string]Engine{"test": newWorld()})
	require.True(t, all.leave())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- (&server{faults: all, listen: listen}).serve(ctx) }()
	fault := lasting(time.Minute)
	_, err = exchange(name, mostStart, wire.Request{Version: wire.Version, Op: wire.Inject, ID: "a", Fault: &fault})
	require.ErrorContains(t, err, "the message is missing")
	_, err = exchange(name, mostStart, wire.Request{Version: wire.Version, Op: wire.Status, ID: "a", Stay: time.Minute})
	require.ErrorContains(t, err, "the message is missing")
	_, err = exchange(name, mostStart, wire.Request{Version: wire.Version, Op: wire.Revert, ID: "a"})
	require.NoError(t, err, "undoing is never too late")
	stop()
	require.NoError(t, <-done)
}
