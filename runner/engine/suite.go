package engine

import (
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// gate is a suite's gate, judged.
type gate struct {
	verdict     verdict.Verdict
	experiments []string
}

// judgeSuites judges the gate of every suite of the plan that has one.
func (r *run) judgeSuites() []gate {
	var gates []gate
	for _, suite := range r.Plan.Suites {
		if !suite.HasGate {
			continue
		}
		g := gate{verdict: verdict.Passed, experiments: suite.Experiments}
		if !r.judgeSuite(suite) {
			g.verdict = verdict.Failed
		}
		gates = append(gates, g)
	}
	return gates
}

func (r *run) judgeSuite(suite plan.Suite) (passed bool) {
	var members []verdict.Weighted
	r.mu.Lock()
	for _, address := range suite.Experiments {
		members = append(members, r.outcomes[address])
	}
	r.mu.Unlock()
	judged := verdict.Gate{MinScore: suite.MinScore, MaxInconclusive: suite.MaxInconclusive}.Judge(members)
	r.Bus.Emit(event.SuiteFinished{
		Suite: suite.Address, Passed: judged.Passed, Score: judged.Score, MinScore: suite.MinScore,
		Inconclusive: judged.Inconclusive, Max: suite.MaxInconclusive, Reason: judged.Reason, Source: suite.Source,
	})
	return judged.Passed
}
