package providertest

import (
	"context"
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
// gave up on a call which was still on its way. It is refused, as nobody would revert it.
func (b bench) testInjectLate(t *testing.T) {
	record := b.prepare(t, lifetime)
	b.revert(t, record)
	ctx, cancel := b.within(t)
	defer cancel()
	err := b.tryInject(ctx, record)
	if b.Forgets == "" {
		require.Error(t, err, "it was reverted already, and is injected all the same")
	}
	if err != nil {
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
