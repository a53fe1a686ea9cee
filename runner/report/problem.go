package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// Problem is one thing that was not as it should be, with what is needed to
// understand it.
type Problem struct {
	Owner   string          // address of the experiment, environment or suite
	Title   string          // "experiment.a · assert.b · broken in fault"
	Verdict verdict.Verdict // what it alone makes of a run; never Passed
	Message string          // one or two sentences
	Source  event.Source
	Detail  []string // lines: place, condition, values, samples, commands
}

// Problems are all problems of a run, experiment by experiment.
func Problems(run *Run) []Problem {
	var list []Problem
	for _, x := range run.Experiments {
		list = append(list, x.problems()...)
	}
	for i := range list {
		list[i].Message = run.Refer(list[i].Message)
	}
	for _, env := range run.Environments {
		list = append(list, env.problems()...)
	}
	for _, gate := range run.Suites {
		if !gate.Passed {
			list = append(list, Problem{
				Owner: gate.Suite, Title: gate.Suite + " · the gate stays closed", Verdict: verdict.Failed,
				Message: gate.Reason, Source: gate.Source, Detail: place(gate.Source),
			})
		}
	}
	return list
}

func (x *Experiment) problems() []Problem {
	var list []Problem
	for _, a := range x.Assertions {
		for _, judged := range a.Judgements {
			if v := Judge(judged); v != verdict.Passed && v != verdict.Skipped {
				list = append(list, judgementProblem(judged, v))
			}
		}
	}
	for _, stop := range x.BrokenStops() {
		list = append(list, stopProblem(stop))
	}
	for _, f := range x.Faults {
		list = append(list, f.problems(x.Address)...)
	}
	for _, action := range x.Actions {
		if !action.OK {
			list = append(list, actionProblem(action))
		}
	}
	for _, untold := range x.Untold() {
		list = append(list, x.untoldProblem(untold))
	}
	return append(list, x.whole(list)...)
}

// whole is the problem of the experiment itself, where nothing else explains its
// verdict.
func (x *Experiment) whole(others []Problem) []Problem {
	v := x.Verdict()
	explained := slices.ContainsFunc(others, func(p Problem) bool {
		return p.Verdict == v || v == verdict.Errored && p.Verdict == Dirty
	})
	if v == verdict.Passed || explained {
		return nil
	}
	p := Problem{Owner: x.Address, Title: x.Address + " · " + string(v), Verdict: v, Source: x.Source, Detail: place(x.Source)}
	switch reasons := x.Reasons(); {
	case len(reasons) > 0:
		p.Message = reasons[0]
		p.Detail = append(p.Detail, reasons[1:]...)
	case x.Began.IsZero():
		p.Message = "The run ended before it started."
	case x.Finished == nil:
		p.Message = "The run was killed while it went on."
	default:
		p.Message = "No reason was given."
	}
	return []Problem{p}
}

func judgementProblem(judged event.AssertionJudged, v verdict.Verdict) Problem {
	return Problem{
		Owner: judged.Experiment, Verdict: v, Message: Message(judged), Source: judged.Source,
		Title:  fmt.Sprintf("%s · %s · %s in %s", judged.Experiment, judged.Assertion, Outcome(judged.Outcome), judged.Phase),
		Detail: slices.Concat(Excerpt(judged.Source, judged.Condition, judged.Terms), []string{Basis(judged)}, Failures(judged)),
	}
}

func stopProblem(stop event.StopTriggered) Problem {
	return Problem{
		Owner: stop.Experiment, Verdict: verdict.Failed, Message: stop.Message, Source: stop.Source,
		Title:  stop.Experiment + " · " + stop.Condition + " · broken",
		Detail: append(Excerpt(stop.Source, stop.Expr, stop.Terms), Seconds(stop.At)+" after the fault phase began"),
	}
}

func (f *Fault) problems(experiment string) []Problem {
	var list []Problem
	add := func(v verdict.Verdict, title, message string, detail ...string) {
		list = append(list, Problem{
			Owner: experiment, Verdict: v, Title: experiment + " · " + f.Address + " · " + title, Message: message,
			Source: f.Source, Detail: append(place(f.Source), detail...),
		})
	}
	if f.Failed != nil {
		add(verdict.Errored, "could not be injected", f.Failed.Error)
	}
	if f.Failed == nil && f.Proven != nil && !f.Proven.Proven {
		add(verdict.Inconclusive, "not proven", Unproven("It", f.Proven.Detail))
	}
	if f.Reverted != nil && !f.Reverted.Verified {
		add(Dirty, "revert not verified", f.Reverted.Error, Plural(f.Reverted.Attempts, "attempt")+" in "+Seconds(f.Reverted.Seconds))
	}
	return list
}

// Unproven says that a fault gave no evidence, and why, without saying it twice.
func Unproven(subject, detail string) string {
	if strings.Contains(detail, "no evidence") {
		return detail
	}
	return subject + " gave no evidence of an effect: " + detail
}

func actionProblem(action event.ActionFinished) Problem {
	detail := place(action.Source)
	for line := range strings.Lines(action.Output) {
		detail = append(detail, "  │ "+strings.TrimRight(line, "\r\n"))
	}
	return Problem{
		Owner: action.Experiment, Verdict: verdict.Errored, Message: action.Error, Source: action.Source,
		Title: action.Experiment + " · " + action.Action + " · failed", Detail: detail,
	}
}

func (e *Environment) problems() []Problem {
	var list []Problem
	if e.Failed != nil {
		list = append(list, Problem{
			Owner: e.Address, Title: e.Address + " · did not come up", Verdict: verdict.Errored,
			Message: e.Failed.Error, Source: e.Source, Detail: place(e.Source),
		})
	}
	if left := e.Left(); len(left) > 0 {
		list = append(list, Problem{
			Owner: e.Address, Title: e.Address + " · could not be ended", Verdict: Dirty,
			Message: strings.TrimSpace("Left: " + strings.Join(left, ", ") + ". " + e.Stopped.Error),
			Source:  e.Source, Detail: place(e.Source),
		})
	}
	return list
}

func place(source event.Source) []string {
	if where := Where(source); where != "" {
		return []string{where}
	}
	return nil
}
