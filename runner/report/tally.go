package report

import (
	"github.com/gameday-dev/gameday/runner/verdict"
)

// Tally counts how far an experiment, or a run, kept what it promised.
type Tally struct {
	Assertions, Held     int // assertions judged, and those that held in every phase
	Injected, Proven     int // faults that were begun or that failed, and those with evidence
	ToRevert, RevertedOK int // faults that were begun, and those whose revert was verified
}

// Tally counts the experiment's parts.
func (x *Experiment) Tally() Tally {
	var t Tally
	for _, a := range x.Assertions {
		t.Assertions++
		if x.AssertionVerdict(a) == verdict.Passed {
			t.Held++
		}
	}
	for _, f := range x.Faults {
		t.Injected++
		if f.IsProven() {
			t.Proven++
		}
		if f.Injecting != nil {
			t.ToRevert++
			if f.Verified() {
				t.RevertedOK++
			}
		}
	}
	return t
}

// Tally counts the parts of all experiments.
func (r *Run) Tally() Tally {
	var sum Tally
	for _, x := range r.Experiments {
		t := x.Tally()
		sum.Assertions += t.Assertions
		sum.Held += t.Held
		sum.Injected += t.Injected
		sum.Proven += t.Proven
		sum.ToRevert += t.ToRevert
		sum.RevertedOK += t.RevertedOK
	}
	return sum
}

// Counts is how many experiments came to each verdict.
func (r *Run) Counts() map[verdict.Verdict]int {
	verdicts := make([]verdict.Verdict, len(r.Experiments))
	for i, x := range r.Experiments {
		verdicts[i] = x.Verdict()
	}
	return verdict.Count(verdicts...)
}
