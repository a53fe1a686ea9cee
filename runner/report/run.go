// Package report folds the events of a run into one picture of it, from which
// the reports are drawn. It knows events and nothing else: whatever stream it
// is given, whole, cut short or replayed, the picture is what that stream says.
package report

import (
	"slices"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// FormatVersion is that of the picture's JSON (report.json).
const FormatVersion = 1

// Interrupted stands in place of a verdict for what a killed run left
// unfinished.
const Interrupted verdict.Verdict = "interrupted"

// Running stands in place of a verdict for a run whose process is alive.
const Running verdict.Verdict = "running"

// Dirty stands in place of a verdict for a revert that could not be verified.
const Dirty verdict.Verdict = "dirty"

// Run is a run as far as its events tell. The zero value is a run of which
// nothing is known yet; Apply adds to it.
type Run struct {
	Format       int                   `json:"format_version"`
	ID           string                `json:"id"`
	Began        time.Time             `json:"began"` // of the first event
	Ended        time.Time             `json:"ended"` // of the last event so far
	Started      *event.RunStarted     `json:"started,omitempty"`
	Environments []*Environment        `json:"environments"`
	Experiments  []*Experiment         `json:"experiments"` // in the order of the run
	Suites       []event.SuiteFinished `json:"suites"`
	Signals      []event.Interrupted   `json:"signals"`
	Notices      []event.Notice        `json:"notices"`            // those of no experiment
	Finished     *event.RunFinished    `json:"finished,omitempty"` // nil: killed, or still running

	byAddress map[string]*Experiment
	lived     time.Time // of the newest event that is the run's own
}

// Environment is an environment of a run.
type Environment struct {
	Address string                    `json:"address"`
	Source  event.Source              `json:"source"`
	Step    string                    `json:"-"` // the newest
	Ready   *event.EnvironmentReady   `json:"ready,omitempty"`
	Failed  *event.EnvironmentFailed  `json:"failed,omitempty"`
	Stopped *event.EnvironmentStopped `json:"stopped,omitempty"`
}

// mayStand reports whether something of the environment may still exist, for a run
// that was cut short. One that did not come up may have come up in part: it is
// ended like the others, and only its end says that nothing is left.
func (e *Environment) mayStand() bool { return e.Stopped == nil || len(e.Left()) > 0 }

// Left is what of the environment still exists; nil when it ended well, or has
// not ended.
func (e *Environment) Left() []string {
	switch {
	case e.Stopped == nil:
		return nil
	case len(e.Stopped.Leftovers) > 0:
		return e.Stopped.Leftovers
	case e.Stopped.Error != "":
		return []string{e.Address}
	}
	return nil
}

// Verdict is that of the run, or Interrupted.
func (r *Run) Verdict() verdict.Verdict {
	if r.Finished == nil {
		return Interrupted
	}
	return r.Finished.Verdict
}

// IsDirty reports whether anything that the run did may still be in place.
func (r *Run) IsDirty() bool {
	if r.Finished != nil {
		return r.Finished.Dirty
	}
	return slices.ContainsFunc(r.Experiments, (*Experiment).IsDirty) || slices.ContainsFunc(r.Environments, (*Environment).mayStand)
}

// Seconds is how long the run took, or has taken so far.
func (r *Run) Seconds() float64 {
	if r.Finished != nil {
		return r.Finished.Seconds
	}
	return r.Ended.Sub(r.Began).Seconds()
}

// Experiment finds an experiment by its address; nil when no event named it.
func (r *Run) Experiment(address string) *Experiment { return r.byAddress[address] }
