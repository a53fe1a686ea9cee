// Package markdown draws a run as Markdown: the summary in the run's folder,
// and that of a CI job.
package markdown

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// Render draws the run as it is known.
func Render(run *report.Run) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# gameday: %s\n\n%s\n\n", run.Verdict(), escape(report.Line(run)))
	dirty(&out, run)
	experiments(&out, run)
	suites(&out, run)
	problems(&out, run)
	if run.Started != nil {
		fmt.Fprintf(&out, "\nRun `%s`, seed %d, plan `%.12s`, gameday %s.\n", run.ID, run.Started.Seed, run.Started.PlanDigest, run.Started.Version)
	}
	return out.Bytes()
}

func dirty(out *bytes.Buffer, run *report.Run) {
	if !run.IsDirty() {
		return
	}
	fmt.Fprint(out, "> **Dirty: something may still be in place.**\n")
	for _, left := range report.Left(run) {
		fmt.Fprintf(out, "> - %s\n", escape(left))
	}
	commands := report.Mend(run)
	if len(commands) == 0 {
		fmt.Fprintf(out, "\n%s\n\n", report.ByHand)
		return
	}
	fmt.Fprint(out, "\nTo mend it:\n\n")
	code(out, strings.Join(commands, "\n"))
	fmt.Fprintln(out)
}

func experiments(out *bytes.Buffer, run *report.Run) {
	if len(run.Experiments) == 0 {
		return
	}
	fmt.Fprint(out, "| experiment | verdict | time | assertions held | faults proven | reverts verified | steady again after |\n")
	fmt.Fprint(out, "| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, x := range run.Experiments {
		t := x.Tally()
		fmt.Fprintf(out, "| %s | %s %s | %s | %d/%d | %d/%d | %d/%d | %s |\n", escape(x.Address), emoji(x.Verdict()), x.Verdict(),
			report.Seconds(x.Seconds()), t.Held, t.Assertions, t.Proven, t.Injected, t.RevertedOK, t.ToRevert, recovered(x))
	}
}

func recovered(x *report.Experiment) string {
	if x.Recovered == nil {
		return "–"
	}
	return report.Seconds(x.Recovered.Seconds)
}

func suites(out *bytes.Buffer, run *report.Run) {
	if len(run.Suites) == 0 {
		return
	}
	fmt.Fprint(out, "\n| suite | gate | score | reason |\n| --- | --- | --- | --- |\n")
	for _, s := range run.Suites {
		v, word := verdict.Passed, "open"
		if !s.Passed {
			v, word = verdict.Failed, "closed"
		}
		fmt.Fprintf(out, "| %s | %s %s | %.4g (at least %.4g) | %s |\n", escape(s.Suite), emoji(v), word, s.Score, s.MinScore, escape(s.Reason))
	}
}

// problems repeats everything that was not as it should be, with its numbers.
func problems(out *bytes.Buffer, run *report.Run) {
	for i, p := range report.Problems(run) {
		if i == 0 {
			fmt.Fprint(out, "\n## What went wrong\n")
		}
		fmt.Fprintf(out, "\n### %s %s\n\n%s\n\n", emoji(p.Verdict), escape(p.Title), escape(p.Message))
		if len(p.Detail) > 0 {
			code(out, strings.Join(p.Detail, "\n"))
		}
	}
}

func emoji(v verdict.Verdict) string {
	switch v {
	case verdict.Passed:
		return "✅"
	case verdict.Failed, report.Dirty:
		return "❌"
	case verdict.Skipped:
		return "⏭️"
	default:
		return "⚠️"
	}
}

// escape keeps text from being read as markup or as the end of a table cell.
func escape(text string) string {
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "\r", " ", "\n", " ").Replace(text)
}

// code fences text with more backticks than it holds in a row.
func code(out *bytes.Buffer, text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(out, "%s\n%s\n%s\n", fence, text, fence)
}
