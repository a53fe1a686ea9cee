package console

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// end tells the whole run again: the problems, the experiments in a table, the
// gates, what is left, and one last line.
func (c *Console) end() []string {
	c.ended = true
	lines := c.problems()
	lines = append(lines, c.table()...)
	lines = append(lines, c.gates()...)
	lines = append(lines, c.dirty()...)
	v := c.run.Verdict()
	if c.run.IsDirty() {
		v = report.Dirty
	}
	if started := c.run.Started; started != nil && started.RunDir != "" {
		lines = append(lines, "", c.style.faint("Reports and logs: "+report.File(c.options.Base, started.RunDir)))
	}
	return append(lines, "", c.style.verdict(v, report.Line(&c.run)))
}

func (c *Console) problems() []string {
	var lines []string
	for i, p := range report.Problems(&c.run) {
		if i == 0 {
			lines = append(lines, "", c.style.head("What went wrong"))
		}
		lines = append(lines, "", c.style.mark(p.Verdict)+" "+c.style.verdict(p.Verdict, p.Title))
		for line := range strings.SplitSeq(strings.TrimRight(p.Message, "\n"), "\n") {
			lines = append(lines, "  "+line)
		}
		for i, line := range p.Detail {
			if i == 0 {
				lines = append(lines, "")
			}
			lines = append(lines, "    "+c.style.faint(line))
		}
	}
	return lines
}

// table has a row for each experiment.
func (c *Console) table() []string {
	if len(c.run.Experiments) == 0 {
		return nil
	}
	rows := [][]string{{"experiment", "verdict", "time", "assertions", "proven", "reverted", "steady after"}}
	for _, x := range c.run.Experiments {
		rows = append(rows, c.row(x))
	}
	lines := []string{"", c.style.head("Summary"), ""}
	widths := columns(rows)
	for i, row := range rows {
		line := "  "
		for j, cell := range row {
			line += cell + strings.Repeat(" ", widths[j]-ansi.StringWidth(cell)+2)
		}
		line = strings.TrimRight(line, " ")
		if i == 0 {
			line = c.style.faint(line)
		}
		lines = append(lines, line)
	}
	return lines
}

func (c *Console) row(x *report.Experiment) []string {
	t, v := x.Tally(), x.Verdict()
	row := []string{x.Address, c.style.mark(v) + " " + c.style.verdict(v, string(v)), "–", "–", "–", "–", "–"}
	if v == verdict.Skipped {
		return row
	}
	row[2] = report.Seconds(x.Seconds())
	row[3] = c.share(t.Held, t.Assertions)
	row[4] = c.share(t.Proven, t.Injected)
	row[5] = c.share(t.RevertedOK, t.ToRevert)
	if x.Recovered != nil {
		row[6] = report.Seconds(x.Recovered.Seconds)
	}
	return row
}

func (c *Console) share(n, of int) string {
	switch {
	case of == 0:
		return "–"
	case n < of:
		return c.style.bad(fmt.Sprintf("%d/%d", n, of))
	default:
		return fmt.Sprintf("%d/%d", n, of)
	}
}

func columns(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	return widths
}

func (c *Console) gates() []string {
	var lines []string
	for i, gate := range c.run.Suites {
		if i == 0 {
			lines = append(lines, "")
		}
		lines = append(lines, "  "+c.suite(gate))
	}
	return lines
}

// dirty says as loudly as text can what may still be in place. The commands
// stand alone on their lines, to be copied whole.
func (c *Console) dirty() []string {
	if !c.run.IsDirty() {
		return nil
	}
	rule := c.style.alarm(strings.Repeat("━", 64))
	lines := []string{"", rule, c.style.alarm("DIRTY: what gameday did may still be in place.")}
	for _, left := range report.Left(&c.run) {
		lines = append(lines, "  "+left)
	}
	commands := report.Mend(&c.run)
	if len(commands) == 0 {
		return append(lines, "", report.ByHand, rule)
	}
	lines = append(lines, "", "To mend it, run:", "")
	for _, command := range commands {
		lines = append(lines, "    "+c.style.head(command))
	}
	return append(lines, rule)
}
