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

// findings are all cases of an experiment: those of its parts, then its own.
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
	return append(list, ownFindings(run, x, list)...)
}

// ownFindings are what no part of the experiment tells, and its verdict where
// neither that nor a part explains it. What is to be known besides goes with the
// first of them.
func ownFindings(run *report.Run, x *report.Experiment, parts []finding) []finding {
	var list []finding
	for _, untold := range x.Untold() {
		list = append(list, untoldFinding(x, untold))
	}
	for _, v := range demands(x, len(parts)+len(list) == 0) {
		told := slices.ContainsFunc(list, func(f finding) bool { return f.verdict == v })
		if !told && !explained(parts, v) {
			list = append(list, wholeFinding(x, v))
		}
	}
	for i := range list {
		list[i].message = run.Refer(list[i].message)
	}
	if len(list) > 0 {
		list[0].out = notices(x)
	}
	return list
}

func untoldFinding(x *report.Experiment, untold event.Finding) finding {
	f := finding{name: untold.About, source: untold.Source, verdict: untold.Verdict, message: untold.Reason}
	if f.name == "" {
		f.name, f.source, f.seconds = "verdict", x.Source, x.Seconds()
	}
	return f
}

func notices(x *report.Experiment) []string {
	var lines []string
	for _, notice := range x.Notices {
		lines = append(lines, notice.Text)
	}
	return lines
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

// explained reports whether a part shows the outcome. That of an experiment
// which was cut short is about the whole and never shown by a part alone.
func explained(parts []finding, v verdict.Verdict) bool {
	switch v {
	case verdict.Skipped, verdict.Aborted, report.Interrupted:
		return false
	}
	return slices.ContainsFunc(parts, func(f finding) bool {
		return f.verdict == v || v == verdict.Errored && f.verdict == report.Dirty
	})
}

func wholeFinding(x *report.Experiment, v verdict.Verdict) finding {
	f := finding{name: "verdict", source: x.Source, seconds: x.Seconds(), verdict: v}
	switch reasons := x.Reasons(); {
	case v == verdict.Passed:
	case v == report.Dirty: // without a fault that is: an action failed, and its case says why
		f.name, f.message = "clean-up", "What the rollback's "+failedActions(x)+" was to restore may still be as the experiment left it."
	case len(reasons) > 0:
		f.message, f.body = reasons[0], reasons[1:]
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
	return f
}

// failedActions names the actions of the rollback that failed.
func failedActions(x *report.Experiment) string {
	var names []string
	for _, action := range x.Actions {
		if !action.OK {
			names = append(names, action.Action)
		}
	}
	return strings.Join(names, ", ")
}

func during(x *report.Experiment) string {
	if phase := x.Phase(); phase != nil {
		return " in the phase " + phase.Name
	}
	return ""
}
