package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
)

// barWidth is that of the time bar in columns.
const barWidth = 24

// block is what goes on now, in at most height lines: environments on their way
// up, and running experiments with their phase, time, series and faults.
func (c *Console) block(now time.Time, height int) []string {
	if c.ended {
		return nil
	}
	var lines []string
	for _, env := range c.run.Environments {
		if env.Ready == nil && env.Failed == nil && env.Stopped == nil {
			lines = append(lines, c.style.head(env.Address)+" "+c.style.faint(env.Step))
		}
	}
	for _, x := range c.run.Experiments {
		if x.IsRunning() {
			lines = append(lines, c.experimentBlock(x, now)...)
		}
	}
	if n := len(c.run.Signals); n > 0 {
		lines = append(lines, c.style.alarm("stopping: everything is being undone"))
	}
	if len(lines) == 0 {
		return nil
	}
	lines = append([]string{""}, lines...)
	if len(lines) > height {
		lines = append(lines[:height-1], c.style.faint(fmt.Sprintf("… and %d more lines", len(lines)-height+1)))
	}
	return lines
}

func (c *Console) experimentBlock(x *report.Experiment, now time.Time) []string {
	lines := []string{c.phaseLine(x, now)}
	if x.Progress == nil {
		return lines
	}
	width := 0
	for _, series := range x.Progress.Series {
		width = max(width, ansi.StringWidth(series.Name))
	}
	for _, series := range x.Progress.Series {
		lines = append(lines, c.seriesLine(series, width))
	}
	for _, fault := range x.Progress.Faults {
		lines = append(lines, "  "+c.style.fault("⚡ "+fault+" active"))
	}
	return lines
}

func (c *Console) phaseLine(x *report.Experiment, now time.Time) string {
	line := c.style.head(short(x.Address))
	phase := x.Phase()
	if phase == nil {
		return line + c.style.faint(" starting")
	}
	line += " " + phase.Name
	left := phase.Expected - now.Sub(phase.Began).Seconds()
	if p := x.Progress; p != nil && p.Phase == phase.Name && x.ProgressAt.After(phase.Began) {
		left = p.Remaining - now.Sub(x.ProgressAt).Seconds()
	}
	if phase.Expected <= 0 {
		return line + c.style.faint(" "+report.Seconds(max(now.Sub(phase.Began).Seconds(), 0)))
	}
	return line + " " + bar(1-left/phase.Expected) + c.style.faint(" "+remaining(left))
}

// bar is filled by a share of 0 to 1.
func bar(share float64) string {
	full := int(min(max(share, 0), 1) * barWidth)
	return strings.Repeat("█", full) + strings.Repeat("░", barWidth-full)
}

func remaining(seconds float64) string {
	if seconds <= 0 {
		return "any moment"
	}
	return report.Seconds(seconds) + " left"
}

func (c *Console) seriesLine(series event.ProbeStats, width int) string {
	ratio := fmt.Sprintf("%7s", report.Percent(series.SuccessRatio))
	switch {
	case series.SuccessRatio >= 1:
		ratio = c.style.good(ratio)
	default:
		ratio = c.style.bad(ratio)
	}
	name := series.Name + strings.Repeat(" ", width-ansi.StringWidth(series.Name))
	line := fmt.Sprintf("  %s  %s  p99 %-8s %s", name, ratio, report.Seconds(series.P99), c.style.faint(report.Plural(int(series.Count), "sample")))
	if series.LastError != "" {
		line += "  " + c.style.bad(strings.ReplaceAll(series.LastError, "\n", " "))
	}
	return line
}
