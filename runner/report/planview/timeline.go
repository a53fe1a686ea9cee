package planview

import (
	"math"
	"strings"

	"github.com/gameday-dev/gameday/runner/plan"
)

const (
	timelineName = 12 // columns of the phase's name
	timelineTime = 11 // columns of each time
	widestChart  = 40
	smallChart   = 12 // where less is left, the bars are left out
)

// timeline draws phases and faults as bars on one scale.
func (v view) timeline(e plan.Experiment) {
	v.section("Phases, about " + seconds(e.Expected) + ", at most " + seconds(e.Longest))
	chart := v.chart(e)
	var at, faultPhase float64
	for _, phase := range e.Phases {
		if phase.Name == "inject" {
			faultPhase = at
		}
		v.bar(chart, phase.Name, at, phase.Seconds, v.style.plain)
		at += phase.Seconds
	}
	for _, f := range e.Faults {
		v.bar(chart, f.Address, faultPhase+f.Start, f.Duration, v.style.fault)
	}
}

// chart is a scale: how many columns stand for how many seconds.
type chart struct {
	columns int
	total   float64
	name    int // columns of the longest name
}

func (v view) chart(e plan.Experiment) chart {
	c := chart{name: timelineName}
	for _, phase := range e.Phases {
		c.total += phase.Seconds
	}
	for _, f := range e.Faults {
		c.name = max(c.name, len(clean(f.Address))+2)
	}
	left := v.width - 4 - c.name - 2*timelineTime
	c.columns = min(left, widestChart)
	if c.columns < smallChart || c.total <= 0 {
		c.columns = 0
	}
	return c
}

// bar writes a name, when it starts, how long it takes, and that as a bar.
func (v view) bar(c chart, name string, at, length float64, s paint) {
	text := fill(clean(name), c.name) + fill("at "+seconds(at), timelineTime) + fill("for "+seconds(length), timelineTime)
	if length == 0 {
		text = fill(clean(name), c.name) + fill("at "+seconds(at), 2*timelineTime)
	}
	v.write(4, strings.TrimRight(text+s.on(c.draw(at, length)), " "))
}

func (c chart) draw(at, length float64) string {
	if c.columns == 0 {
		return ""
	}
	first := min(c.column(at), c.columns-1)
	last := max(c.column(at+length), first+1)
	mark := "━"
	if length == 0 {
		mark = "·"
	}
	return strings.Repeat(" ", first) + strings.Repeat(mark, last-first)
}

func (c chart) column(at float64) int {
	return int(math.Round(at / c.total * float64(c.columns)))
}
