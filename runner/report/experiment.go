package report

import (
	"slices"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// Experiment is an experiment of a run.
type Experiment struct {
	Address    string                    `json:"address"`
	Source     event.Source              `json:"source"`
	Began      time.Time                 `json:"began,omitzero"` // zero: never started
	Last       time.Time                 `json:"last,omitzero"`  // of its newest event but those about faults, which recover adds later
	Started    *event.ExperimentStarted  `json:"started,omitempty"`
	Phases     []*Phase                  `json:"phases"`
	Assertions []*Assertion              `json:"assertions"`        // in the order of their first judgement
	Planned    []event.FaultPlanned      `json:"planned,omitempty"` // what was planned again, as the plan did not show it
	Faults     []*Fault                  `json:"faults"`            // in the order of their injection
	Stops      []event.StopTriggered     `json:"stops"`
	Actions    []event.ActionFinished    `json:"actions"`
	Notices    []event.Notice            `json:"notices"`
	Recovered  *event.Recovered          `json:"recovered,omitempty"`
	Finished   *event.ExperimentFinished `json:"finished,omitempty"`
	Progress   *event.Progress           `json:"-"` // the newest
	ProgressAt time.Time                 `json:"-"`
}

// Phase is a phase that was begun.
type Phase struct {
	Name     string    `json:"name"`
	Began    time.Time `json:"began"`
	Expected float64   `json:"expected_seconds,omitempty"`
	Seconds  float64   `json:"seconds"`
	Done     bool      `json:"done"`
}

// Verdict is that of the experiment; Skipped when it never started and
// Interrupted when it did not finish.
func (x *Experiment) Verdict() verdict.Verdict {
	switch {
	case x.Finished != nil:
		return x.Finished.Verdict
	case x.Began.IsZero():
		return verdict.Skipped
	default:
		return Interrupted
	}
}

// BrokenStops are the stop conditions that failed the experiment. One that came true before all answers were there, and was
// not when they were, only ended the faults early: a finding says so, and without findings it shows in a verdict that is
// inconclusive.
func (x *Experiment) BrokenStops() []event.StopTriggered {
	if x.Verdict() == verdict.Inconclusive {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(x.Stops), func(stop event.StopTriggered) bool {
		return slices.ContainsFunc(x.Untold(), func(f event.Finding) bool { return f.About == stop.Condition })
	})
}

// IsRunning reports whether it was started and has not finished.
func (x *Experiment) IsRunning() bool { return !x.Began.IsZero() && x.Finished == nil }

// IsDirty reports whether something of it may still be in place: a fault, or what
// a rollback's action was to restore. What the experiment said at its end holds
// until recover has undone its faults.
func (x *Experiment) IsDirty() bool {
	stands := slices.ContainsFunc(x.Faults, func(f *Fault) bool { return f.Injecting != nil && !f.Verified() })
	if x.Finished == nil {
		return stands
	}
	failed := slices.ContainsFunc(x.Actions, func(a event.ActionFinished) bool { return !a.OK })
	return x.Finished.Dirty && (stands || failed)
}

// Phase is the phase that runs, or ran last; nil before the first.
func (x *Experiment) Phase() *Phase {
	if len(x.Phases) == 0 {
		return nil
	}
	return x.Phases[len(x.Phases)-1]
}

// Assertion is an assertion with its outcomes.
type Assertion struct {
	Address    string                  `json:"address"`
	Source     event.Source            `json:"source"`
	Judgements []event.AssertionJudged `json:"judgements"` // in order
}

// AssertionVerdict is the worst outcome of one of the experiment's assertions.
// One that held so far, in an experiment that was cut short, is Skipped: it may
// have had phases to come, and what was not judged never counts as held.
func (x *Experiment) AssertionVerdict(a *Assertion) verdict.Verdict {
	verdicts := make([]verdict.Verdict, len(a.Judgements))
	for i, judged := range a.Judgements {
		verdicts[i] = Judge(judged)
	}
	worst := verdict.Worst(verdicts...)
	if worst == verdict.Passed && x.cutShort() && a.Judgements[len(a.Judgements)-1].Phase != "recovery" {
		return verdict.Skipped
	}
	return worst
}

// cutShort reports whether the experiment may have ended before its last phase.
func (x *Experiment) cutShort() bool {
	switch x.Verdict() {
	case verdict.Aborted, verdict.Errored, Interrupted:
		return true
	}
	return false
}

// Judge is what one judgement alone would make of an experiment. What was not
// judged is Skipped, so that an assertion of which a phase is missing never
// counts as held.
func Judge(judged event.AssertionJudged) verdict.Verdict {
	switch judged.Outcome {
	case event.Held:
		return verdict.Passed
	case event.Broken:
		if judged.Phase == "baseline" {
			return verdict.Unsteady
		}
		return verdict.Failed
	case event.TooFew:
		return verdict.Inconclusive
	case event.NotJudged:
		return verdict.Skipped
	default:
		return verdict.Errored
	}
}

// Fault is a fault with what became of it. Each part is nil until its event.
type Fault struct {
	Address   string                `json:"address"`
	Source    event.Source          `json:"source"`
	Injecting *event.FaultInjecting `json:"injecting,omitempty"`
	Injected  *event.FaultInjected  `json:"injected,omitempty"`
	Active    *event.FaultActive    `json:"active,omitempty"`
	Failed    *event.FaultFailed    `json:"failed,omitempty"`
	Proven    *event.FaultProven    `json:"proven,omitempty"`
	Reverted  *event.FaultReverted  `json:"reverted,omitempty"` // the newest
}

// IsProven reports whether the fault has shown evidence of an effect.
func (f *Fault) IsProven() bool {
	if f.Proven != nil {
		return f.Proven.Proven
	}
	return f.Active != nil
}

// Verified reports whether the revert was verified by reading the targets back.
func (f *Fault) Verified() bool { return f.Reverted != nil && f.Reverted.Verified }
