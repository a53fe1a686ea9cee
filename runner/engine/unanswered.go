package engine

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// judgeAssertion is judge for what must hold. Of a service that answers nothing, last.status != 503 says nothing: a
// condition that holds by what the newest sample does not know has not enough to be judged by. A stop condition stops then.
func (x *experiment) judgeAssertion(c resolve.Condition, minSamples int, window func(*sample.Series) sample.Window) judgement {
	j := x.judge(c, minSamples, window)
	if j.outcome != event.Held {
		return j
	}
	scope, silent := x.unanswered(c, window)
	if len(silent) == 0 || (judgement{}).evaluated(c, scope).outcome == event.Held {
		return j
	}
	j.outcome = event.TooFew
	j.message = fmt.Sprintf("the newest sample of %s got no answer, so that nothing is known of it", strings.Join(silent, " and of "))
	return j
}

// unanswered is what was measured, where what is null in the newest samples that got no answer is unknown, and the series that have one.
func (x *experiment) unanswered(c resolve.Condition, window func(*sample.Series) sample.Window) (scope resolve.Scope, silent []string) {
	scope = resolve.Scope{Current: map[string]cty.Value{}, Baseline: map[string]cty.Value{}}
	for _, name := range c.Series() {
		series := x.measurements.series[name]
		current, is := window(series).Unanswered()
		if is && c.Needs(name) {
			silent = append(silent, name)
		}
		scope.Current[name], scope.Baseline[name] = current, series.Phase(string(resolve.PhaseBaseline)).Value()
	}
	return scope, silent
}
