package planview

import (
	"math"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/gameday-dev/gameday/runner/plan"
)

const (
	widestChart   = 40
	smallestChart = 12 // where less is left, the bars are left out
)

// row is one line of a timeline: what, from when, for how long.
type row struct {
	name       string
	at, length float64
	style      paint
}

func (r row) from() string { return "at " + seconds(r.at) }

// takes says nothing about what takes no time.
func (r row) takes() string {
	if r.length == 0 {
		return ""
	}
	return "for " + seconds(r.length)
}

// timeline draws phases and faults as bars on one scale.
func (v view) timeline(e plan.Experiment) {
	v.section("Phases, about " + seconds(e.Expected) + ", at most " + seconds(e.Longest) + beside(e))
	rows := v.rows(e)
	c := newChart(rows, v.width-4)
	for _, r := range rows {
		text := fill(r.name, c.name) + fill(r.from(), c.from) + fill(r.takes(), c.takes)
		v.write(4, strings.TrimRight(text+r.style.on(c.draw(r)), " "))
	}
}

// beside is what the longest time leaves out, as no configuration bounds it.
func beside(e plan.Experiment) string {
	if len(e.Faults) == 0 {
		return ""
	}
	return ", and what injecting and reverting take"
}

// rows are the phases, then the faults in the phase that injects them.
func (v view) rows(e plan.Experiment) []row {
	var rows []row
	var at, faultPhase float64
	for _, phase := range e.Phases {
		if phase.Name == "inject" {
			faultPhase = at
		}
		rows = append(rows, row{phase.Name, at, phase.Seconds, v.style.plain})
		at += phase.Seconds
	}
	for _, f := range e.Faults {
		rows = append(rows, row{clean(f.Address), faultPhase + f.Start, f.Duration, v.style.fault})
	}
	return rows
}

// chart is a layout: the widths of the columns of text, and the scale of the
// bars beside them.
type chart struct {
	name, from, takes int
	columns           int // of the bars; 0 for none
	total             float64
}

func newChart(rows []row, width int) chart {
	var c chart
	for _, r := range rows {
		c.name = max(c.name, lipgloss.Width(r.name)+2)
		c.from = max(c.from, len(r.from())+1)
		c.takes = max(c.takes, len(r.takes())+2)
		c.total = max(c.total, r.at+r.length)
	}
	c.columns = min(width-c.name-c.from-c.takes, widestChart)
	if c.columns < smallestChart || c.total <= 0 {
		c.columns = 0
	}
	return c
}

// draw is a row's bar; a dot for what takes no time.
func (c chart) draw(r row) string {
	if c.columns == 0 {
		return ""
	}
	first := min(c.column(r.at), c.columns-1)
	last := max(c.column(r.at+r.length), first+1)
	mark := "━"
	if r.length == 0 {
		mark = "·"
	}
	return strings.Repeat(" ", first) + strings.Repeat(mark, last-first)
}

func (c chart) column(at float64) int {
	return int(math.Round(at / c.total * float64(c.columns)))
}
