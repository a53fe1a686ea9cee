package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/plan"
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
	most, steadiness := x.def.Recovery.Within+hold, steadiness{x: x, hold: hold}
	for took := began.Sub(reverted) + hold; ; took = min(took+recoveryEvery, most) {
		end := reverted.Add(took)
		if err := sleep(ctx, time.Until(end)); err != nil {
			return nil, 0, err
		}
		// What is still on its way was due in this window too. Judging before it is there would find too few samples, again
		// and again. So the windows lag behind the clock, by a time-out at most, and miss nothing.
		missing, err := x.measurements.settleLately(ctx, end)
		if err != nil {
			return nil, 0, err
		}
		judged := steadiness.judge(end)
		if missing != "" {
			judged = judged.doubted(fmt.Sprintf("%s has not told of everything that was due in the last %s, and was waited for no more", missing, hold))
		}
		if took > most {
			judged = judged.late(x.def.Recovery.Within, hold, took)
		}
		if judged.held() || took >= most {
			return judged, took, nil
		}
	}
}

// late is what was judged in a window that began too late, as the rollback took all of the time: that it holds there does not show
// that it did in time.
func (j judgedAsserts) late(within, hold, took time.Duration) judgedAsserts {
	return j.doubted(fmt.Sprintf("no window of %s began within %s of the revert (recovery.within): the actions of the rollback took %s",
		hold, within, (took - hold).Round(roundedTo)))
}

// doubted is what was judged in a window of which, for a reason, it proves nothing that it holds there.
func (j judgedAsserts) doubted(why string) judgedAsserts {
	for i := range j {
		if j[i].outcome == event.Held {
			j[i].outcome, j[i].message = event.TooFew, why
		}
	}
	return j
}
