package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// tellProgress tells how things stand, about once a second, until ctx ends.
func (x *experiment) tellProgress(ctx context.Context) {
	for before := time.Now(); sleep(ctx, progressEvery) == nil; before = time.Now() {
		x.tellHeldUp(time.Since(before) - progressEvery)
		x.run.Bus.Emit(x.snapshot())
	}
}

// tellHeldUp says that the process did not run for a while: it was suspended, or
// the machine too busy. What it measured then is late by its own doing.
func (x *experiment) tellHeldUp(late time.Duration) {
	if late < heldUp {
		return
	}
	x.run.Bus.Emit(event.Notice{Experiment: x.plan.Address, Text: fmt.Sprintf(
		"gameday itself was held up for %s: latencies measured in that time include it", late.Round(time.Millisecond))})
}

func (x *experiment) snapshot() event.Progress {
	x.mu.Lock()
	out := event.Progress{Experiment: x.plan.Address, Phase: x.phase, Remaining: max(0, time.Until(x.due).Seconds())}
	series := string(x.measuring)
	x.mu.Unlock()
	for _, name := range x.measurements.order {
		w := x.measurements.series[name].Phase(series)
		out.Series = append(out.Series, event.ProbeStats{
			Name: name, Count: w.Count(), SuccessRatio: w.SuccessRatio(), P99: w.Quantile(0.99).Seconds(), LastError: w.LastError(),
		})
	}
	out.Faults = x.active()
	return out
}

// active is the faults that are injected now.
func (x *experiment) active() []string {
	x.mu.Lock()
	faults := x.faults
	x.mu.Unlock()
	var out []string
	for _, f := range byInjection(faults) {
		f.mu.Lock()
		if !f.undone {
			out = append(out, f.plan.Address)
		}
		f.mu.Unlock()
	}
	slices.Reverse(out)
	return out
}

// measuredPhase keeps showing a phase's numbers while the next is not measured:
// those of the fault phase during the revert.
func measuredPhase(now, next resolve.Phase) resolve.Phase {
	if next == "" {
		return now
	}
	return next
}
