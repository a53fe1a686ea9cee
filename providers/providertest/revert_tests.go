package providertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
)

func (b bench) testLifeCycle(t *testing.T) {
	record := b.prepare(t, lifetime)
	b.absent(t, record)
	b.inject(t, record)
	b.proven(t, record)
	b.revert(t, record)
	b.gone(t, record)
}

// testInjectTwice checks that one revert is enough for two injections of the
// same record.
func (b bench) testInjectTwice(t *testing.T) {
	record := b.prepare(t, lifetime)
	b.inject(t, record)
	b.inject(t, record)
	b.proven(t, record)
	b.revert(t, record)
	b.gone(t, record)
}

func (b bench) testRevertNever(t *testing.T) {
	record := b.prepare(t, lifetime)
	b.revert(t, record)
	b.gone(t, record)
}

func (b bench) testRevertTwice(t *testing.T) {
	record := b.prepare(t, lifetime)
	b.inject(t, record)
	b.proven(t, record)
	b.revert(t, record)
	b.revert(t, record)
	b.gone(t, record)
}

// testInjectLate sends an injection after its own revert, as a runner may that
// gave up on a call which was still on its way.
func (b bench) testInjectLate(t *testing.T) {
	record := b.prepare(t, lifetime)
	b.revert(t, record)
	ctx, cancel := b.within(t)
	defer cancel()
	if err := b.tryInject(ctx, record); err != nil {
		b.gone(t, record)
	}
	b.revert(t, record)
	b.gone(t, record)
}

func (b bench) testRevertFresh(t *testing.T) {
	if b.Fresh == nil {
		t.Skip("the harness has no fresh process")
	}
	for _, injected := range []bool{false, true} {
		record := b.prepare(t, lifetime)
		if injected {
			b.inject(t, record)
			b.proven(t, record)
		}
		ctx, cancel := b.within(t)
		require.NoError(t, b.Fresh(ctx, encode(t, record)))
		cancel()
		b.gone(t, record)
		b.revert(t, record)
	}
}

// near is how long before its deadline a fault may refuse to be injected: what is under
// way must have arrived when the undo begins.
const near = 200 * time.Millisecond

// testDeadline injects and does nothing more.
func (b bench) testDeadline(t *testing.T) {
	const lives = 700 * time.Millisecond
	record := b.prepare(t, lives)
	ctx, cancel := b.within(t)
	defer cancel()
	if err := b.tryInject(ctx, record); err != nil {
		require.Less(t, time.Until(record.Deadline), near, "only the deadline may end an injection: %s", err)
	}
	b.eventually(t, func(context.Context) error {
		if time.Now().Before(record.Deadline) {
			return fmt.Errorf("the deadline is not over")
		}
		if seen := b.observe(t, record); seen.State != providers.Absent {
			return fmt.Errorf("still there %s after its deadline: %+v", time.Since(record.Deadline), seen)
		}
		return nil
	})
	b.gone(t, record)
	b.revert(t, record)
	b.gone(t, record)
}

func (b bench) testDeadlinePassed(t *testing.T) {
	record := b.prepare(t, -time.Second)
	ctx, cancel := b.within(t)
	defer cancel()
	require.Error(t, b.tryInject(ctx, record))
	b.gone(t, record)
	b.revert(t, record)
	b.gone(t, record)
}

// testEndedContexts makes every call with a context that is over: it returns
// soon, and whatever it did can be reverted.
func (b bench) testEndedContexts(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	record := b.prepare(t, lifetime)
	plan := b.plan(t, b.Environment)
	calls := map[string]func(){
		"Plan": func() {
			b.Fault.Plan(over, providers.FaultPlanRequest{Address: address, Config: b.config, Environment: b.Environment, Seed: 1})
		},
		"Prepare": func() { b.Fault.Prepare(over, b.request(plan, lifetime)) },
		"Inject":  func() { _ = b.tryInject(over, record) },
		"Observe": func() { _, _ = b.Fault.Observe(over, record) },
		"Revert":  func() { _ = b.Fault.Revert(over, record) },
	}
	for name, call := range calls {
		begun := time.Now()
		call()
		assert.Less(t, time.Since(begun), b.Timeout, "%s with a context that is over", name)
	}
	b.revert(t, record)
	b.gone(t, record)
}
