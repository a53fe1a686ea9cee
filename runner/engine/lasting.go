package engine

import (
	"context"
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// LastingRequest asks for an environment that is brought up by itself, without a
// run, and stays until EndLasting.
type LastingRequest struct {
	Environment *resolve.Environment
	ID          string // in place of a run's id: marks everything that is started
	Dir         string // absolute folder for its logs
}

// PrepareLasting makes the handle, which must be stored before the environment is
// started.
func PrepareLasting(ctx context.Context, req LastingRequest) (providers.EnvironmentHandle, error) {
	def := req.Environment
	address := def.Addr.String()
	return ask(ctx, "preparing "+address, func(ctx context.Context) (providers.EnvironmentHandle, providers.Diagnostics) {
		values, diags := configure(def.Body, cty.DynamicVal)
		if diags.HasErrors() {
			return providers.EnvironmentHandle{}, diags
		}
		return def.Type.Prepare(ctx, providers.EnvironmentPrepareRequest{
			Run: req.ID, RunDir: req.Dir, Address: address, Name: def.Addr.Name, Config: values, Dir: def.Dir, Lasting: true,
		})
	})
}

// StartLasting brings an environment up, or up again. On error what was reached is
// there until EndLasting. Progress is called with the steps.
func StartLasting(ctx context.Context, def *resolve.Environment, handle providers.EnvironmentHandle, progress func(step string)) (providers.EnvironmentState, error) {
	ctx, cancel := context.WithTimeout(ctx, envUpPatience)
	defer cancel()
	what := "starting " + def.Addr.String()
	return call(ctx, callLinger, what, func(ctx context.Context) (providers.EnvironmentState, error) {
		state, diags := def.Type.Up(ctx, providers.UpRequest{
			Handle: handle, Dir: def.Dir, Progress: progress, Lasting: true,
			Configure: func(self cty.Value) (schema.Values, providers.Diagnostics) { return configure(def.Body, self) },
		})
		return state, asError(what, diags)
	})
}

// EndLasting takes an environment down and makes sure that nothing of it is left.
// The end of ctx does not shorten it.
func EndLasting(ctx context.Context, t providers.Environment, handle providers.EnvironmentHandle) error {
	left, err := takeDown(context.WithoutCancel(ctx), t, handle)
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("still there: %v", left)
	}
	return err
}

// LookLasting says in a short phrase how an environment that can stay stands; empty
// when it is not there.
func LookLasting(ctx context.Context, t providers.Environment, handle providers.EnvironmentHandle) (string, error) {
	lasting, ok := providers.As[providers.WithLasting](t)
	if !ok {
		return "", fmt.Errorf("%s is of type %s, which does not say how it stands", handle.Address, handle.Type)
	}
	ctx, cancel := context.WithTimeout(ctx, envLookPatience)
	defer cancel()
	return call(ctx, callLinger, "looking at "+handle.Address, func(ctx context.Context) (string, error) { return lasting.Standing(ctx, handle) })
}
