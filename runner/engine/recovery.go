package engine

import (
	"context"
	"slices"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/runner/verdict"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// recoveryEvery is how often the recovery is judged.
const recoveryEvery = 100 * time.Millisecond

// recovery waits until the steady state holds again. While it does, the answers
// that the fault phase still waited for come in, and it is judged.
func (x *experiment) recovery(ctx context.Context, reverted time.Time) error {
	hold := plan.RecoveryHold(x.def)
	began := time.Now() // after the actions of the rollback
	defer x.enter(resolve.PhaseRecovery, "recovery", hold)()
	if err := x.measurements.settle(ctx, reverted); err != nil {
		return err
	}
	x.judgePhase(resolve.PhaseFault, verdict.Failed)
	x.bookLateStops()
	x.measurements.delivered(resolve.PhaseFault)
	judged, steady, err := x.awaitSteady(ctx, reverted, began, hold)
	if err != nil {
		return err
	}
	if judged.held() && len(judged) > 0 {
		x.run.Bus.Emit(event.Recovered{Experiment: x.plan.Address, Seconds: (steady - hold).Seconds()})
	}
	for _, v := range judged {
		x.tell(v.assert, resolve.PhaseRecovery, v.judgement, steady)
		x.book(v.assert, resolve.PhaseRecovery, v.judgement, verdict.Failed)
	}
	return nil
}

// judgedAsserts is the assertions of the recovery phase with their judgements.
type judgedAsserts []judgedAssert

type judgedAssert struct {
	judgement
	assert *resolve.Assert
}

func (j judgedAsserts) held() bool {
	return !slices.ContainsFunc(j, func(v judgedAssert) bool { return v.outcome != event.Held })
}

// awaitSteady judges windows of length hold, one after the other, until
// everything holds in one or the time is up. A window must begin after the
// rollback, and within the time that recovery may take from the revert on. Where
// it ends is counted and not read from the clock: waiting for answers that hang
// must not give the system more time than it was allowed.
func (x *experiment) awaitSteady(ctx context.Context, reverted, began time.Time, hold time.Duration) (judgedAsserts, time.Duration, error) {
	for took := began.Sub(reverted) + hold; ; took += recoveryEvery {
		end, last := reverted.Add(took), took >= x.def.Recovery.Within+hold
		if err := sleep(ctx, time.Until(end)); err != nil {
			return nil, 0, err
		}
		// What is still on its way was due in this window too. Judging before it is there would find too few samples, again
		// and again. So the windows lag behind the clock, by a time-out at most, and miss nothing.
		if err := x.measurements.settleLately(ctx, end); err != nil {
			return nil, 0, err
		}
		if judged := x.judgeRecovery(end, hold); judged.held() || last {
			return judged, took, nil
		}
	}
}

// judgeRecovery judges the window that ends then. One of which too little is known proves nothing where it holds, and a
// later one may.
func (x *experiment) judgeRecovery(now time.Time, hold time.Duration) judgedAsserts {
	var out judgedAsserts
	for _, a := range x.def.Asserts {
		if !slices.Contains(a.Phases, resolve.PhaseRecovery) {
			continue
		}
		length := hold
		if a.Window > 0 {
			length = a.Window
		}
		judged := x.judge(a.Condition, a.MinSamples, func(s *sample.Series) sample.Window { return s.Between(now.Add(-length), now) })
		out = append(out, judgedAssert{x.unlessMissing(judged, now.Add(-length), now), a})
	}
	return out
}

func (x *experiment) unlessMissing(j judgement, from, to time.Time) judgement {
	if j.outcome != event.Held {
		return j
	}
	if missing := x.measurements.missingBetween(from, to); missing != "" {
		j.outcome, j.message = event.TooFew, missing
	}
	return j
}
