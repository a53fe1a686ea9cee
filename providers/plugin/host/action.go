package host

import (
	"context"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// action stands for an action type.
type action struct{ typ }

var _ providers.Action = action{}

// Run has the step run, once.
func (a action) Run(ctx context.Context, req providers.ActionRequest) (providers.ActionResult, error) {
	config, env, err := a.request(req.Config, req.Environment)
	if err != nil {
		return providers.ActionResult{}, err
	}
	answer, err := call(ctx, a.plugin, "RunAction", once, func(ctx context.Context, rpc wire.ProviderClient) (*wire.RunActionResponse, error) {
		return rpc.RunAction(ctx, &wire.RunActionRequest{
			Type: a.name, Address: req.Address, Config: config, Environment: env, Dir: req.Dir, Env: req.Env,
		})
	})
	return providers.ActionResult{Summary: answer.GetSummary(), Output: answer.GetOutput()}, err
}
