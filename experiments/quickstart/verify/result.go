package main

import (
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/rundir"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// expectation is what the quickstart proves about one variant of the shop.
type expectation struct {
	variant string
	verdict verdict.Verdict
}

func expectations() []expectation {
	return []expectation{{"fragile", verdict.Failed}, {"resilient", verdict.Passed}}
}

// result is a run of the quickstart.
type result struct {
	dir      string // the run's folder
	exitCode int
	junit    bool // the JUnit file was written
	run      *report.Run
	variants map[string]*report.Experiment
}

func newResult(run *rundir.Run, exitCode int, junit bool) *result {
	r := &result{dir: run.Dir, exitCode: exitCode, junit: junit, run: run.Report, variants: map[string]*report.Experiment{}}
	for _, x := range run.Report.Experiments {
		for _, want := range expectations() {
			if strings.Contains(x.Address, fmt.Sprintf("[%q]", want.variant)) {
				r.variants[want.variant] = x
			}
		}
	}
	return r
}

// mistakes says what is not as it should be; nothing when the run proves what
// the quickstart is for.
func (r *result) mistakes() []string {
	var list []string
	for _, want := range expectations() {
		list = append(list, mistakesOf(r.variants[want.variant], want)...)
	}
	if r.exitCode != verdict.ExitFailed {
		list = append(list, fmt.Sprintf("gameday ended with exit code %d, where a failed experiment gives %d", r.exitCode, verdict.ExitFailed))
	}
	if r.run.IsDirty() {
		list = append(list, "the run is dirty: a revert was not verified")
	}
	if !r.junit {
		list = append(list, "no JUnit report was written")
	}
	return list
}

func mistakesOf(x *report.Experiment, want expectation) []string {
	if x == nil {
		return []string{fmt.Sprintf("the %s shop was not part of the run", want.variant)}
	}
	var list []string
	if got := x.Verdict(); got != want.verdict {
		list = append(list, fmt.Sprintf("the %s shop %s, expected %s", want.variant, got, want.verdict))
	}
	if len(x.Faults) == 0 {
		list = append(list, fmt.Sprintf("no fault was injected into the %s shop", want.variant))
	}
	for _, f := range x.Faults {
		if !f.IsProven() || !f.Verified() {
			list = append(list, fmt.Sprintf("%s of the %s shop was not proven, or its revert not verified", f.Address, want.variant))
		}
	}
	return list
}
