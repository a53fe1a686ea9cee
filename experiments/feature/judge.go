package feature

import (
	"strings"
	"testing"

	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// judge turns a run into the result of a test: one test below t for each
// experiment, with what was wrong as its message. What a suite's gate forgives is
// told and does not fail.
func judge(t *testing.T, run *report.Run) {
	t.Helper()
	if run.Finished == nil {
		t.Fatal("the run did not come to its end: its reports say no more")
	}
	code := run.Finished.ExitCode
	say := func(t *testing.T, text string) {
		t.Helper()
		if code == verdict.ExitPassed {
			t.Log(text)
			return
		}
		t.Error(text)
	}
	problems := map[string][]string{}
	for _, p := range report.Problems(run) {
		problems[p.Owner] = append(problems[p.Owner], text(p))
	}
	for _, x := range run.Experiments {
		t.Run(x.Address, func(t *testing.T) {
			t.Helper()
			for _, problem := range problems[x.Address] {
				say(t, problem)
			}
		})
		delete(problems, x.Address)
	}
	for _, ofOwner := range problems { // environments and suites
		for _, problem := range ofOwner {
			say(t, problem)
		}
	}
	if code != verdict.ExitPassed {
		t.Errorf("%s: gameday apply would end with exit code %d%s", run.Finished.Verdict, code, mend(run))
	}
}

// text is a problem in lines.
func text(p report.Problem) string {
	return strings.Join(append([]string{p.Title, p.Message}, p.Detail...), "\n")
}

// mend says how to undo what a run has left.
func mend(run *report.Run) string {
	if len(run.Finished.Mend) == 0 {
		return ""
	}
	return "; something is left, and this undoes it:\n  " + strings.Join(run.Finished.Mend, "\n  ")
}
