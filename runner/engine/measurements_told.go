package engine

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/runner/verdict"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// summary is what every series measured in every phase.
func (m *measurements) summary() []event.Series {
	if m == nil {
		return nil
	}
	var out []event.Series
	for _, phase := range []resolve.Phase{resolve.PhaseBaseline, resolve.PhaseFault, resolve.PhaseRecovery} {
		for _, name := range m.order {
			w := m.series[name].Phase(string(phase))
			if w.Count() == 0 && w.Offered() == 0 {
				continue
			}
			out = append(out, event.Series{
				Name: name, Phase: string(phase), Count: w.Count(), SuccessRatio: w.SuccessRatio(),
				P50: w.Quantile(0.5).Seconds(), P99: w.Quantile(0.99).Seconds(), Max: w.Max().Seconds(),
			})
		}
	}
	return out
}

// delivered checks that enough of what was due in a phase is known: a system that was not under its load, or not looked
// at, has proven nothing.
func (m *measurements) delivered(phase resolve.Phase) bool {
	enough := true
	for _, name := range m.byUrgency() {
		w := m.series[name].Phase(string(phase))
		why := m.missing(name, w, "during the "+string(phase))
		if phase == resolve.PhaseFault && m.loads[name] && w.Offered() == 0 {
			why = name + " offered no request during the fault"
		}
		if why != "" {
			enough = false
			m.x.against(name, verdict.Inconclusive, why)
		}
	}
	return enough
}

// byUrgency is the names of all series, loads first: without load it matters little what was seen.
func (m *measurements) byUrgency() []string {
	probes := slices.DeleteFunc(slices.Clone(m.order), func(name string) bool { return m.loads[name] })
	return append(slices.Sorted(maps.Keys(m.loads)), probes...)
}

// missing says that too little of what was due in a window is known; empty where it is enough.
func (m *measurements) missing(name string, w sample.Window, when string) string {
	due := float64(w.Offered())
	switch {
	case m.loads[name] && float64(w.Count()) < minDelivered*due:
		return because(w.LostError(), "%s sent only %d of the %d requests that were due %s (at least %.0f %% are needed)",
			name, w.Count(), w.Offered(), when, 100*minDelivered)
	case !m.loads[name] && float64(w.Lost()) > (1-minDelivered)*due:
		return because(w.LostError(), "%s could not measure %d of the %d times that were due %s (at least %.0f %% are needed)",
			name, w.Lost(), w.Offered(), when, 100*minDelivered)
	}
	return ""
}

// because is a text with its cause, where that is known.
func because(cause, format string, args ...any) string {
	text := fmt.Sprintf(format, args...)
	if cause != "" {
		text += ": " + cause
	}
	return text
}

// missingBetween is missing of every series; empty where enough of all is known.
func (m *measurements) missingBetween(from, to time.Time) string {
	for _, name := range m.byUrgency() {
		if why := m.missing(name, m.series[name].Between(from, to), "in the last "+to.Sub(from).String()); why != "" {
			return why
		}
	}
	return ""
}
