package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// up prepares, writes the handle ahead, and brings the environment up.
func (e *environments) up(ctx context.Context, address string) *liveEnvironment {
	live := &liveEnvironment{def: find(e.resolved.Environments, func(d *resolve.Environment) bool { return d.Addr.String() == address })}
	if live.def == nil {
		live.err = fmt.Errorf("%s is in the plan and not in the configuration", address)
		return live
	}
	started := time.Now()
	e.run.Bus.Emit(event.EnvironmentStarting{Environment: address, Type: live.def.Type.TypeName(), Summary: live.def.Plan.Summary, Source: e.sourceOf(address)})
	live.err = guard(address, func() error { return e.tryUp(ctx, live) })
	if live.err != nil {
		e.run.Bus.Emit(event.EnvironmentFailed{Environment: address, Error: live.err.Error(), Source: e.sourceOf(address)})
		return live
	}
	e.run.Bus.Emit(event.EnvironmentReady{Environment: address, Seconds: time.Since(started).Seconds()})
	return live
}

func (e *environments) tryUp(ctx context.Context, live *liveEnvironment) error {
	address := live.def.Addr.String()
	if err := refusal(plan.CheckContext(e.resolved.Policy, address, e.sourceOf(address), live.def.Plan.Outputs)); err != nil {
		return err // it was planned on another context, or on one that was not known
	}
	handle, err := ask(ctx, "preparing "+address, func(ctx context.Context) (providers.EnvironmentHandle, providers.Diagnostics) {
		values, diags := configure(live.def.Body, cty.DynamicVal) // self is what comes of it
		if diags.HasErrors() {
			return providers.EnvironmentHandle{}, diags
		}
		return live.def.Type.Prepare(ctx, providers.EnvironmentPrepareRequest{
			Run: e.run.Run, RunDir: e.run.RunDir, Address: address, Name: live.def.Addr.Name, Config: values, Dir: live.def.Dir,
		})
	})
	if err != nil {
		return err
	}
	if err := e.run.Journal.Append(journal.EnvironmentPrepared, journal.Environment{Address: address, Handle: &handle}); err != nil {
		return fmt.Errorf("%s was not started: %w", address, err)
	}
	e.names.Store(address, true)
	live.state.Handle = handle // from here on there may be something to take down
	state, err := e.start(ctx, live)
	if err != nil {
		return err
	}
	live.state = state
	return e.run.Journal.Append(journal.EnvironmentUp, journal.Environment{Address: address})
}

// start brings the environment up. One that hangs is left behind, and taken down
// like any other.
func (e *environments) start(ctx context.Context, live *liveEnvironment) (providers.EnvironmentState, error) {
	ctx, cancel := context.WithTimeout(ctx, envUpPatience)
	defer cancel()
	address := live.def.Addr.String()
	state, err := call(ctx, callLinger, "starting "+address, func(ctx context.Context) (providers.EnvironmentState, error) {
		state, diags := live.def.Type.Up(ctx, providers.UpRequest{
			Handle: live.state.Handle, Dir: live.def.Dir,
			Configure: func(self cty.Value) (schema.Values, providers.Diagnostics) { return configure(live.def.Body, self) },
			Progress:  func(step string) { e.run.Bus.Emit(event.EnvironmentProgress{Environment: address, Step: step}) },
		})
		return state, asError("starting "+address, diags)
	})
	errors.As(err, &live.stuck)
	return state, err
}

// configure evaluates an environment's body with what it reserved as `self`.
func configure(body resolve.Body, self cty.Value) (schema.Values, providers.Diagnostics) {
	values, diags := body.Decode(map[string]cty.Value{"self": self})
	return values, toProvider(diags)
}
