package providertest

import (
	"context"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers"
)

// testInterrupted ends the context of an injection after any time, and checks
// that a revert mends whatever was reached.
func (b bench) testInterrupted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		after := time.Duration(rapid.IntRange(0, 20_000).Draw(r, "interrupted after µs")) * time.Microsecond
		record := b.prepare(r, lifetime)
		ctx, cancel := context.WithTimeout(t.Context(), after)
		_ = b.tryInject(ctx, record)
		cancel()
		b.revert(r, record)
		b.gone(r, record)
	})
}

// testInterleavings makes the calls in any order, also at the same time. What
// they return does not matter; what a revert leaves at the end does.
func (b bench) testInterleavings(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		record := b.prepare(r, lifetime)
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{"inject", "observe", "revert", "inject and revert", "stimulate"}), 1, 5).Draw(r, "steps")
		for _, step := range steps {
			b.step(t, step, record)
		}
		b.revert(r, record)
		b.gone(r, record)
	})
}

func (b bench) step(t *testing.T, step string, record providers.Record) {
	t.Helper()
	ctx, cancel := b.within(t)
	defer cancel()
	switch step {
	case "inject":
		_ = b.tryInject(ctx, record)
	case "observe":
		_, _ = b.Fault.Observe(ctx, record)
	case "revert":
		_ = b.Fault.Revert(ctx, record)
	case "stimulate":
		if b.Stimulate != nil {
			b.Stimulate(ctx)
		}
	case "inject and revert":
		var both sync.WaitGroup
		both.Go(func() { _ = b.tryInject(ctx, record) })
		both.Go(func() { _ = b.Fault.Revert(ctx, record) })
		both.Wait()
	}
}
