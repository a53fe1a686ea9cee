package console

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// silence is how long plain output may say nothing of a running experiment:
// many CI systems end a job that is quiet.
const silence = 10 * time.Second

// before is what is printed ahead of an event's own lines: a blank one, where a
// new thing begins.
func (c *Console) before(e event.Event) []string {
	switch e.Body.(type) {
	case event.ExperimentStarted, event.SuiteFinished:
		return []string{""}
	}
	return nil
}

// lines are the permanent lines of an event; none for most of the small ones.
func (c *Console) lines(e event.Event) []string {
	switch body := e.Body.(type) {
	case event.RunStarted:
		return c.runStarted(body)
	case event.Interrupted:
		return c.interrupted(e, body)
	case event.Notice:
		return c.line(e, body.Experiment, "  "+c.style.warn("note: ")+body.Text)
	case event.SuiteFinished:
		return c.line(e, "", c.suite(body))
	case event.Progress:
		return c.heartbeat(e, body)
	}
	if lines := c.environmentLines(e); lines != nil {
		return lines
	}
	if lines := c.experimentLines(e); lines != nil {
		return lines
	}
	return c.faultLines(e)
}

// stampFormat is of the time that stands before each line.
const stampFormat = "%7.1fs  "

// indent is what stands before the further lines of a text.
func indent(stamp string) string { return strings.Repeat(" ", len(stamp)+4) }

// line is one permanent line with the time since the run began, and with the
// experiment where more than one is running. Further lines of the text are
// indented under the first.
func (c *Console) line(e event.Event, experiment, text string) []string {
	if experiment != "" {
		c.spoke[experiment] = e.Time
		if c.running() > 1 {
			text = c.style.head(short(experiment)) + " " + text
		}
	}
	stamp := fmt.Sprintf(stampFormat, e.Time.Sub(c.run.Began).Seconds())
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := range lines {
		if i == 0 {
			lines[i] = c.style.faint(stamp) + lines[i]
			continue
		}
		lines[i] = indent(stamp) + lines[i]
	}
	return lines
}

func (c *Console) running() int {
	n := 0
	for _, x := range c.run.Experiments {
		if x.IsRunning() {
			n++
		}
	}
	return n
}

// short is an address without the words that say what everyone sees.
func short(address string) string {
	return strings.NewReplacer("module.", "", "experiment.", "").Replace(address)
}

func (c *Console) runStarted(body event.RunStarted) []string {
	line := fmt.Sprintf("gameday %s · run %s · seed %d · plan %.12s · %s", body.Version, c.run.ID, body.Seed, body.PlanDigest,
		report.Plural(len(body.Experiments), "experiment"))
	return []string{c.style.head(line)}
}

func (c *Console) environmentLines(e event.Event) []string {
	say := func(address, text string) []string { return c.line(e, "", address+" "+text) }
	switch body := e.Body.(type) {
	case event.EnvironmentStarting:
		return say(body.Environment, "starting: "+body.Summary)
	case event.EnvironmentProgress:
		if c.options.Verbose {
			return say(body.Environment, body.Step)
		}
	case event.EnvironmentReady:
		return say(body.Environment, c.style.good("ready")+" after "+report.Seconds(body.Seconds))
	case event.EnvironmentFailed:
		return say(body.Environment, c.style.bad("did not come up: ")+body.Error)
	case event.EnvironmentStopped:
		return say(body.Environment, c.stopped(body))
	}
	return nil
}

func (c *Console) stopped(body event.EnvironmentStopped) string {
	text := "ended after " + report.Seconds(body.Seconds)
	if len(body.Leftovers) > 0 {
		text = c.style.alarm("still there: " + strings.Join(body.Leftovers, ", "))
	}
	if body.Error != "" {
		text += c.style.bad(" " + body.Error)
	}
	return text
}

func (c *Console) experimentLines(e event.Event) []string {
	switch body := e.Body.(type) {
	case event.ExperimentStarted:
		return c.experimentStarted(e, body)
	case event.PhaseStarted:
		return c.line(e, body.Experiment, c.style.head(body.Phase)+expected(body))
	case event.PhaseEnded:
		if c.options.Verbose {
			return c.line(e, body.Experiment, c.style.faint(body.Phase+" took "+report.Seconds(body.Seconds)))
		}
	case event.AssertionJudged:
		if body.Outcome == event.NotJudged && !c.options.Verbose {
			return nil // the experiment's own line says why
		}
		return c.line(e, body.Experiment, "  "+c.judged(body))
	case event.StopTriggered:
		return c.line(e, body.Experiment, "  "+c.style.bad("✗ "+body.Condition+" broken, stopping: ")+body.Message+c.terms(unsaid(body.Terms, body.Message)))
	case event.ActionFinished:
		return c.line(e, body.Experiment, "  "+c.action(body))
	case event.Recovered:
		return c.line(e, body.Experiment, "  "+c.style.good("steady again")+" "+report.Seconds(body.Seconds)+" after the last revert")
	case event.ExperimentFinished:
		return c.experimentFinished(e, body)
	}
	return nil
}

func expected(body event.PhaseStarted) string {
	switch {
	case body.Expected <= 0:
		return ""
	case body.Phase == "recovery":
		return ", about " + report.Seconds(body.Expected)
	default:
		return ", " + report.Seconds(body.Expected)
	}
}

func (c *Console) experimentStarted(e event.Event, body event.ExperimentStarted) []string {
	text := c.style.head(body.Experiment)
	if body.Expected > 0 {
		text += c.style.faint(" · about " + report.Seconds(body.Expected))
	}
	if where := report.Where(body.Source); where != "" {
		text += c.style.faint(" · " + where)
	}
	if body.Description != "" {
		text += "\n" + c.style.faint(strings.TrimSpace(body.Description))
	}
	c.spoke[body.Experiment] = e.Time
	return c.line(e, "", text) // named already
}

func (c *Console) experimentFinished(e event.Event, body event.ExperimentFinished) []string {
	text := c.style.mark(body.Verdict) + " " + body.Experiment + " " + c.style.verdict(body.Verdict, string(body.Verdict))
	if body.Verdict != verdict.Skipped {
		text += " in " + report.Seconds(body.Seconds)
	}
	if body.Dirty {
		text += c.style.alarm(" and dirty")
	}
	said := ""
	if len(body.Reasons) > 0 && body.Verdict != verdict.Passed {
		said = body.Reasons[0]
		text += ": " + firstLine(said)
	}
	for _, f := range body.Untold() { // the others were said when they happened
		if f.Reason != said {
			text += "\n" + c.style.mark(f.Verdict) + " " + firstLine(f.Reason)
		}
	}
	return c.line(e, "", text)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func (c *Console) judged(body event.AssertionJudged) string {
	v := report.Judge(body)
	text := c.style.mark(v) + " " + body.Assertion + " " + c.style.verdict(v, report.Outcome(body.Outcome)) + " in " + body.Phase
	if v != verdict.Passed && body.Message != "" {
		text += ": " + body.Message
	}
	if v == verdict.Skipped {
		return text
	}
	return text + c.terms(unsaid(body.Terms, body.Message)) + c.style.faint(" ("+report.Basis(body)+")")
}

// unsaid are the terms whose values the message does not give itself, as the one
// that gameday makes does.
func unsaid(terms []event.Term, message string) []event.Term {
	return slices.DeleteFunc(slices.Clone(terms), func(term event.Term) bool {
		return strings.Contains(message, term.Expr+" is "+term.Value)
	})
}

func (c *Console) terms(terms []event.Term) string {
	var text string
	for _, term := range terms {
		text += " · " + term.Expr + " = " + term.Value
	}
	return c.style.faint(text)
}

func (c *Console) action(body event.ActionFinished) string {
	if body.OK {
		return c.style.mark(verdict.Passed) + " " + body.Action + ": " + body.Summary + c.style.faint(" ("+report.Seconds(body.Seconds)+")")
	}
	return c.style.bad("✗ "+body.Action+" failed: ") + body.Error
}

// heartbeat is a snapshot in one line, for plain output that was silent for
// long. Live output shows snapshots in its block.
func (c *Console) heartbeat(e event.Event, body event.Progress) []string {
	quiet := e.Time.Sub(c.spoke[body.Experiment]) >= silence && !c.options.Live
	if !quiet && !c.options.Verbose {
		return nil
	}
	text := fmt.Sprintf("  … %s, %s left", body.Phase, report.Seconds(max(body.Remaining, 0)))
	for _, series := range body.Series {
		text += fmt.Sprintf(" · %s %s p99 %s", series.Name, report.Percent(series.SuccessRatio), report.Seconds(series.P99))
	}
	return c.line(e, body.Experiment, c.style.faint(text))
}

func (c *Console) suite(body event.SuiteFinished) string {
	score := fmt.Sprintf(" · score %.4g, at least %.4g", body.Score, body.MinScore)
	if body.Passed {
		return c.style.mark(verdict.Passed) + " " + body.Suite + " " + c.style.good("gate open") + c.style.faint(score)
	}
	if strings.Contains(body.Reason, "score") {
		score = "" // said already
	}
	return c.style.mark(verdict.Failed) + " " + body.Suite + " " + c.style.bad("gate closed") + ": " + body.Reason + c.style.faint(score)
}
