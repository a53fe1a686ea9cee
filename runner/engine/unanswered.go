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
	j.message = fmt.Sprintf("the newest sample of %s, so that nothing is known of it", strings.Join(silent, ", and of "))
	return j
}

// unanswered is what was measured, where what is null in the newest samples that got no answer is unknown, and which series have one, and why.
func (x *experiment) unanswered(c resolve.Condition, window func(*sample.Series) sample.Window) (scope resolve.Scope, silent []string) {
	scope = resolve.Scope{Current: map[string]cty.Value{}, Baseline: map[string]cty.Value{}}
	for _, name := range c.Series() {
		series := x.measurements.series[name]
		measured := window(series)
		current, is := measured.Unanswered()
		if is && c.Needs(name) {
			newest, _ := measured.Last()
			silent = append(silent, fmt.Sprintf("%s got no answer (%s)", name, newest.Error))
		}
		scope.Current[name], scope.Baseline[name] = current, series.Phase(string(resolve.PhaseBaseline)).Value()
	}
	return scope, silent
}
