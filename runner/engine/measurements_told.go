package engine

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gameday-dev/gameday/runner/event"
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

// delivered checks that enough of what was due during the fault is known: a
// system that was not under its load, or not looked at, has proven nothing.
func (m *measurements) delivered() {
	m.loadDelivered()
	for _, name := range m.order {
		w := m.series[name].Phase(string(resolve.PhaseFault))
		if m.loads[name] || float64(w.Lost()) <= (1-minDelivered)*float64(w.Offered()) {
			continue
		}
		m.x.result.add(verdict.Inconclusive, fmt.Sprintf(
			"%s could not measure %d of the %d times that were due during the fault (at least %.0f %% are needed): %s",
			name, w.Lost(), w.Offered(), 100*minDelivered, w.LostError()))
	}
}

// loadDelivered checks that the loads were offered as they were asked for.
func (m *measurements) loadDelivered() {
	for _, name := range slices.Sorted(maps.Keys(m.loads)) {
		w := m.series[name].Phase(string(resolve.PhaseFault))
		offered := w.Offered()
		switch {
		case offered == 0:
			m.x.result.add(verdict.Inconclusive, name+" offered no request during the fault")
		case float64(w.Count()) < minDelivered*float64(offered):
			m.x.result.add(verdict.Inconclusive, fmt.Sprintf(
				"%s sent only %d of the %d requests that were due during the fault (at least %.0f %% are needed)",
				name, w.Count(), offered, 100*minDelivered))
		}
	}
}
