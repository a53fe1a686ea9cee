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
	defer x.enter(resolve.PhaseRecovery, "recovery", hold)()
	if err := x.measurements.settle(ctx, reverted); err != nil {
		return err
	}
	x.judgePhase(resolve.PhaseFault, verdict.Failed)
	x.bookLateStops()
	x.measurements.loadDelivered()
	judged, steady, err := x.awaitSteady(ctx, reverted, hold)
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

// awaitSteady judges the window of length hold that ends now, again and again,
// until everything holds in it or the time is up. The window must begin after
// the revert, and within the time that recovery may take.
func (x *experiment) awaitSteady(ctx context.Context, reverted time.Time, hold time.Duration) (judgedAsserts, time.Duration, error) {
	for wait := time.Until(reverted.Add(hold)); ; wait = recoveryEvery {
		if err := sleep(ctx, wait); err != nil {
			return nil, 0, err
		}
		now := time.Now()
		judged, last := x.judgeRecovery(now, hold), now.Sub(reverted) >= x.def.Recovery.Within+hold
		if !judged.held() && !last {
			continue
		}
		// What is still on its way was due in this window too.
		if err := x.measurements.settle(ctx, now); err != nil {
			return nil, 0, err
		}
		if judged = x.judgeRecovery(now, hold); judged.held() || last {
			return judged, now.Sub(reverted), nil
		}
	}
}

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
		out = append(out, judgedAssert{judged, a})
	}
	return out
}
