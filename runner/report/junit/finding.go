package junit

import (
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// finding is what one case says.
type finding struct {
	name    string
	source  event.Source
	seconds float64
	verdict verdict.Verdict // Passed, Skipped, Failed; anything else is an error
	message string          // one sentence; for all but Passed
	body    []string        // further lines of the problem's text
	out     []string        // lines of system-out
}

func (f finding) testcase() testcase {
	c := testcase{Name: clean(f.name), Time: seconds(f.seconds)}
	if len(f.out) > 0 {
		c.SystemOut = &text{clean(strings.Join(f.out, "\n"))}
	}
	switch f.verdict {
	case verdict.Passed:
	case verdict.Failed:
		c.Failure = f.problem()
	case verdict.Skipped:
		c.Skip = f.problem()
	default:
		c.Error = f.problem()
	}
	return c
}

func (f finding) problem() *problem {
	if f.message == "" {
		f.message = "No reason was given."
	}
	if f.verdict == "" {
		f.verdict = verdict.Errored
	}
	whole := f.message
	if len(f.body) > 0 {
		whole += "\n\n" + strings.Join(f.body, "\n")
	}
	return &problem{Message: clean(f.message), Type: string(f.verdict), Text: clean(whole)}
}

func (f finding) counts() counts {
	c := counts{Tests: 1}
	switch f.verdict {
	case verdict.Passed:
	case verdict.Failed:
		c.Failures = 1
	case verdict.Skipped:
		c.Skipped = 1
	default:
		c.Errors = 1
	}
	return c
}

// findings are all cases of an experiment. When none of its parts explains the
// verdict, there is one for the experiment as a whole.
func findings(run *report.Run, x *report.Experiment) []finding {
	var list []finding
	for _, a := range x.Assertions {
		list = append(list, assertionFinding(x, a))
	}
	for _, f := range x.Faults {
		list = append(list, faultFindings(run, x, f)...)
	}
	for _, stop := range x.BrokenStops() {
		list = append(list, stopFinding(stop))
	}
	for _, action := range x.Actions {
		list = append(list, actionFinding(action))
	}
	for _, v := range demands(x, len(list) == 0) {
		if !explained(list, v) {
			list = append(list, wholeFinding(x, v))
		}
	}
	return list
}

// demands are the outcomes that some case of the experiment must show.
func demands(x *report.Experiment, empty bool) []verdict.Verdict {
	var list []verdict.Verdict
	if v := x.Verdict(); v != verdict.Passed || empty {
		list = append(list, v)
	}
	if x.Finished != nil && x.IsDirty() {
		list = append(list, report.Dirty)
	}
	return list
}

// explained reports whether a case shows the outcome. That of an experiment
// which was cut short is about the whole and never shown by a part alone.
func explained(list []finding, v verdict.Verdict) bool {
	switch v {
	case verdict.Skipped, verdict.Aborted, report.Interrupted:
		return false
	}
	return slices.ContainsFunc(list, func(f finding) bool {
		return f.verdict == v || v == verdict.Errored && f.verdict == report.Dirty
	})
}

func wholeFinding(x *report.Experiment, v verdict.Verdict) finding {
	f := finding{name: "verdict", source: x.Source, seconds: x.Seconds(), verdict: v}
	if v == report.Dirty {
		f.name = "clean-up"
	}
	switch {
	case v == verdict.Passed:
	case x.Finished != nil && len(x.Finished.Reasons) > 0:
		f.message, f.body = x.Finished.Reasons[0], x.Finished.Reasons[1:]
	case x.Finished != nil:
		f.message = "The experiment is " + string(v) + "."
	case x.Began.IsZero():
		f.message = "The run was interrupted before this experiment started."
	default:
		f.message = "The run was interrupted" + during(x) + "."
	}
	if x.Finished != nil && x.IsDirty() && len(x.Finished.Mend) > 0 && v != verdict.Passed {
		f.body = append(append(f.body[:len(f.body):len(f.body)], "To mend what is left:"), x.Finished.Mend...)
	}
	for _, notice := range x.Notices {
		f.out = append(f.out, notice.Text)
	}
	return f
}

func during(x *report.Experiment) string {
	if phase := x.Phase(); phase != nil {
		return " in the phase " + phase.Name
	}
	return ""
}
