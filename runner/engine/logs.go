package engine

import (
	"context"
	"slices"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// logsPatience bounds the collection of an environment's logs.
const logsPatience = time.Minute

// keepLogs lets an environment that is about to go keep its logs, if an experiment in
// it went wrong. Nobody who has stopped the run waits for that.
func (e *environments) keepLogs(ctx context.Context, live *liveEnvironment) {
	if live.err != nil || ctx.Err() != nil {
		return // what failed to come up has told why
	}
	address := live.def.Addr.String()
	place, ok := providers.As[providers.WithLogs](live.def.Type)
	if !ok || !e.run.wentWrong(address) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, logsPatience)
	defer cancel()
	tell := func(step string) { e.run.Bus.Emit(event.EnvironmentProgress{Environment: address, Step: step}) }
	err := perform(ctx, callLinger, "keeping the logs of "+address, func(ctx context.Context) error {
		return place.KeepLogs(ctx, live.state.Handle, tell)
	})
	if err != nil {
		tell("its logs were not kept: " + err.Error())
	}
}

// wentWrong reports whether the logs of an environment may tell why an experiment in it
// did not pass.
func (r *run) wentWrong(environment string) bool {
	for _, x := range r.Plan.Experiments {
		bad := []verdict.Verdict{verdict.Failed, verdict.Errored, verdict.Inconclusive, verdict.Unsteady}
		if x.Environment == environment && slices.Contains(bad, r.verdictOf(x.Address)) {
			return true
		}
	}
	return false
}
