package junit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// assertionFinding folds the phases of an assertion into one case: its worst
// outcome, with every phase in the text.
func assertionFinding(x *report.Experiment, a *report.Assertion) finding {
	f := finding{name: a.Address, source: a.Source, verdict: x.AssertionVerdict(a), seconds: judgedSeconds(x, a)}
	worst := slices.IndexFunc(a.Judgements, func(judged event.AssertionJudged) bool { return report.Judge(judged) == f.verdict })
	for i, judged := range a.Judgements {
		f.out = append(f.out, fmt.Sprintf("%s: %s, %s", judged.Phase, report.Outcome(judged.Outcome), report.Basis(judged)))
		f.out = append(f.out, values(judged)...)
		if v := report.Judge(judged); i != worst && v != verdict.Passed && v != verdict.Skipped {
			f.out = append(f.out, "  "+report.Message(judged)) // that of the worst is the case's
		}
	}
	if worst >= 0 && f.verdict != verdict.Passed {
		judged := a.Judgements[worst]
		f.message = fmt.Sprintf("%s in %s: %s", report.Outcome(judged.Outcome), judged.Phase, report.Message(judged))
		f.body = slices.Concat(report.Excerpt(judged.Source, judged.Condition, judged.Terms), report.Failures(judged), []string{"", "By phase:"}, f.out)
	}
	if f.verdict == verdict.Skipped && f.message == "" {
		f.message = fmt.Sprintf("It held as far as it was judged; then the experiment was %s.", x.Verdict())
		f.body = f.out
	}
	return f
}

func values(judged event.AssertionJudged) []string {
	lines := make([]string, len(judged.Terms))
	for i, term := range judged.Terms {
		lines[i] = "  " + term.Expr + " = " + term.Value
	}
	return lines
}

// judgedSeconds is how long the phases took in which the assertion was judged.
func judgedSeconds(x *report.Experiment, a *report.Assertion) float64 {
	judged := map[string]bool{}
	for _, j := range a.Judgements {
		judged[j.Phase] = true
		if j.Phase == "fault" { // judged over both
			judged["inject"], judged["hold"] = true, true
		}
	}
	var sum float64
	for _, phase := range x.Phases {
		if judged[phase.Name] {
			sum += phase.Seconds
		}
	}
	return sum
}

// faultFindings are a fault's evidence and its revert.
func faultFindings(run *report.Run, x *report.Experiment, f *report.Fault) []finding {
	list := []finding{evidenceFinding(x, f)}
	if f.Injecting != nil || f.Reverted != nil {
		list = append(list, revertFinding(run, x, f))
	}
	return list
}

func evidenceFinding(x *report.Experiment, f *report.Fault) finding {
	out := finding{name: f.Address + " evidence", source: f.Source, verdict: verdict.Passed}
	if f.Injecting != nil {
		out.out = append(out.out, f.Injecting.Effect+", on "+report.Targets(f.Injecting.Targets))
	}
	switch {
	case f.Failed != nil:
		out.verdict, out.message = verdict.Errored, "The fault could not be injected: "+f.Failed.Error
	case f.Proven != nil:
		out.seconds = f.Proven.Seconds
		out.out = append(out.out, "Evidence: "+report.Facts(f.Proven.Evidence))
		if !f.Proven.Proven {
			out.verdict, out.message = verdict.Inconclusive, report.Unproven("The fault", f.Proven.Detail)
		}
	case f.Active != nil:
		out.seconds = f.Active.Seconds
		out.out = append(out.out, "Evidence: "+report.Facts(f.Active.Evidence))
	default:
		out.verdict, out.message = verdict.Skipped, "No evidence yet when the experiment was "+string(x.Verdict())+"."
	}
	return out
}

func revertFinding(run *report.Run, x *report.Experiment, f *report.Fault) finding {
	out := finding{name: f.Address + " revert", source: f.Source, verdict: verdict.Passed}
	switch {
	case f.Verified():
		out.out = []string{fmt.Sprintf("Reverted and verified, in %s.", report.Plural(f.Reverted.Attempts, "attempt"))}
		if f.Reverted.Retried != "" {
			out.out = append(out.out, "What stood in the way: "+f.Reverted.Retried)
		}
		out.seconds = f.Reverted.Seconds
	case f.Reverted != nil:
		out.seconds = f.Reverted.Seconds
		out.verdict, out.message = report.Dirty, "The revert could not be verified: "+f.Reverted.Error
		if f.Reverted.Mend != "" {
			out.body = []string{"To mend what is left:", f.Reverted.Mend}
		}
	case x.Finished != nil:
		out.verdict, out.message = report.Dirty, "The fault was begun and no revert of it was reported."
	default:
		out.verdict, out.message = report.Interrupted, "The run ended before the revert; the fault stays until its deadline, "+
			f.Injecting.Deadline.UTC().Format("2006-01-02T15:04:05Z")+", or until recovered."
		out.body = []string{"To recover:", report.RecoverCommand(run)}
	}
	return out
}

func stopFinding(stop event.StopTriggered) finding {
	return finding{
		name: stop.Condition, source: stop.Source, seconds: stop.At, verdict: verdict.Failed,
		message: "The stop condition was broken: " + stop.Message,
		body:    report.Excerpt(stop.Source, stop.Expr, stop.Terms),
	}
}

func actionFinding(action event.ActionFinished) finding {
	f := finding{name: action.Action, source: action.Source, seconds: action.Seconds, verdict: verdict.Passed}
	for _, text := range []string{action.Summary, strings.TrimRight(action.Output, "\n")} {
		if text != "" {
			f.out = append(f.out, text)
		}
	}
	if !action.OK {
		f.verdict, f.message, f.body = verdict.Errored, "The rollback action failed: "+action.Error, f.out
	}
	return f
}

// environment books what went wrong with an environment.
func (b *builder) environment(env *report.Environment) {
	who := owner{address: env.Address, source: env.Source}
	if who.source.File == "" {
		who.source = b.sourceOfUser(env.Address)
	}
	if env.Failed != nil {
		b.add(who, finding{name: "up", verdict: verdict.Errored, message: "The environment did not come up: " + env.Failed.Error})
	}
	if left := env.Left(); len(left) > 0 {
		f := finding{name: "down", verdict: report.Dirty, seconds: env.Stopped.Seconds, message: "The environment could not be ended: " + strings.Join(left, ", ") + " still exists."}
		if env.Stopped.Error != "" {
			f.body = []string{env.Stopped.Error}
		}
		b.add(who, f)
	}
}

// sourceOfUser is the place of an experiment that uses the environment.
func (b *builder) sourceOfUser(environment string) event.Source {
	for _, x := range b.run.Experiments {
		if x.Started != nil && x.Started.Environment == environment {
			return x.Source
		}
	}
	return event.Source{}
}

// refusedRun is the case of a run that could not begin.
func refusedRun(cause error) finding {
	return finding{name: "began", verdict: verdict.Errored, message: "The run could not begin: " + cause.Error()}
}

// interruptedRun is the case that keeps a killed run from looking like a good
// one.
func interruptedRun(run *report.Run) finding {
	f := finding{name: "finished", verdict: report.Interrupted, seconds: run.Seconds(), message: "The run was interrupted and did not finish."}
	f.body = []string{"To revert what it may have left:", report.RecoverCommand(run)}
	return f
}

// stoppedRun is the case of a run that did not pass though nothing in it says
// so: it was stopped between its experiments, or killed and recovered.
func stoppedRun(run *report.Run) finding {
	f := finding{name: "finished", verdict: run.Finished.Verdict, seconds: run.Seconds()}
	f.message = fmt.Sprintf("The run was %s; exit code %d.", run.Finished.Verdict, run.Finished.ExitCode)
	return f
}
