package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// rollback runs the actions that follow every fault's own revert: all of them,
// also after one has failed or the run was aborted. One that fails leaves the
// run dirty, as what it should have restored is not.
func (x *experiment) rollback(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), x.def.Rollback.Timeout)
	defer cancel()
	for _, action := range x.def.Rollback.Actions {
		started := time.Now()
		var result providers.ActionResult
		err := guard(action.Addr.Local(), func() (err error) {
			result, err = x.act(ctx, action)
			return err
		})
		out := event.ActionFinished{
			Experiment: x.plan.Address, Action: action.Addr.Local(), OK: err == nil, Summary: result.Summary,
			Output: result.Output, Seconds: time.Since(started).Seconds(), Source: x.sourceOfAction(action),
		}
		if err != nil {
			out.Error = err.Error()
			x.result.soil(fmt.Sprintf("the rollback's %s failed: %v", action.Addr.Local(), err), "")
			x.run.soil("")
		}
		x.run.Bus.Emit(out)
	}
}

func (x *experiment) act(ctx context.Context, action *resolve.Action) (providers.ActionResult, error) {
	if action.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, action.Timeout)
		defer cancel()
	}
	config, diags := action.Body.Decode(nil)
	if diags.HasErrors() {
		return providers.ActionResult{}, diags
	}
	return call(ctx, callLinger, action.Addr.Local(), func(ctx context.Context) (providers.ActionResult, error) {
		return action.Type.Run(ctx, providers.ActionRequest{
			Address: action.Addr.String(), Config: config, Environment: x.env, Dir: x.def.Dir,
			Env: map[string]string{"GAMEDAY_RUN": x.run.Run, "GAMEDAY_EXPERIMENT": x.plan.Address},
		})
	})
}

func (x *experiment) sourceOfAction(action *resolve.Action) event.Source {
	for _, planned := range x.plan.Rollback {
		if planned.Address == action.Addr.Local() {
			return planned.Source
		}
	}
	return x.plan.Source
}
