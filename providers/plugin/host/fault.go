package host

import (
	"context"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// fault stands for a fault type.
type fault struct{ typ }

var (
	_ providers.Fault       = fault{}
	_ providers.WithStandby = fault{}
)

// Plan asks what the fault would do.
func (f fault) Plan(ctx context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	config, env, err := f.request(req.Config, req.Environment)
	if err != nil {
		return providers.FaultPlan{}, f.plugin.broken(err)
	}
	answer, err := call(ctx, f.plugin, "PlanFault", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.PlanFaultResponse, error) {
		return rpc.PlanFault(ctx, &wire.PlanFaultRequest{
			Type: f.name, Address: req.Address, Config: config, Environment: env, Seed: req.Seed, Duration: convert.Span(req.Duration),
		})
	})
	if err != nil {
		return providers.FaultPlan{}, f.plugin.broken(err)
	}
	return convert.FaultPlanFrom(answer.GetPlan()), convert.DiagnosticsFrom(answer.GetDiagnostics())
}

// Prepare has the record made. It is what was asked for, or it is refused: the engine's work hangs on it.
func (f fault) Prepare(ctx context.Context, req providers.PrepareRequest) (providers.Record, providers.Diagnostics) {
	config, env, err := f.request(req.Config, req.Environment)
	if err != nil {
		return providers.Record{}, f.plugin.broken(err)
	}
	plan, err := convert.FaultPlan(req.Plan)
	if err != nil {
		return providers.Record{}, f.plugin.broken(err)
	}
	answer, err := call(ctx, f.plugin, "PrepareFault", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.PrepareFaultResponse, error) {
		return rpc.PrepareFault(ctx, &wire.PrepareFaultRequest{
			Type: f.name, Id: req.ID, Address: req.Address, Run: req.Run, Config: config, Environment: env,
			Plan: plan, Seed: req.Seed, Deadline: convert.Stamp(req.Deadline),
		})
	})
	if err != nil {
		return providers.Record{}, f.plugin.broken(err)
	}
	diags := convert.DiagnosticsFrom(answer.GetDiagnostics())
	if diags.HasErrors() {
		return providers.Record{}, diags
	}
	record, err := convert.RecordFrom(answer.GetRecord())
	if err != nil {
		return providers.Record{}, f.plugin.broken(err)
	}
	if wrong := mismatch(record, req, f.name); wrong != "" {
		return providers.Record{}, append(diags, providers.Errorf(nil, "The provider "+f.plugin.source.Name+" made a record of another fault", "%s.", wrong)...)
	}
	return record, diags
}

// mismatch is what of a record is not as it was asked for.
func mismatch(record providers.Record, req providers.PrepareRequest, name string) string {
	switch {
	case record.ID != req.ID:
		return "Expected the id " + req.ID + ", found " + record.ID
	case record.Type != name:
		return "Expected the type " + name + ", found " + record.Type
	case !record.Deadline.Equal(req.Deadline):
		return "Expected the deadline " + req.Deadline.Format(time.RFC3339Nano) + ", found " + record.Deadline.Format(time.RFC3339Nano)
	default:
		return ""
	}
}

// StandBy has put in place what stands beside the fault.
func (f fault) StandBy(ctx context.Context, req providers.StandbyRequest) error {
	config, env, err := f.request(req.Config, req.Environment)
	if err != nil {
		return err
	}
	targets, err := convert.Targets(req.Targets)
	if err != nil {
		return err
	}
	_, err = call(ctx, f.plugin, "StandByFault", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.StandByFaultResponse, error) {
		return rpc.StandByFault(ctx, &wire.StandByFaultRequest{
			Type: f.name, Run: req.Run, Address: req.Address, Config: config, Environment: env, Targets: targets, For: convert.Span(req.For),
		})
	})
	return err
}

// Inject has the fault put in place. It is not tried again: who asked reverts, and knows why.
func (f fault) Inject(ctx context.Context, req providers.InjectRequest) error {
	config, env, err := f.request(req.Config, req.Environment)
	if err != nil {
		return err
	}
	record, err := convert.Record(req.Record)
	if err != nil {
		return err
	}
	by, err := f.plugin.running(ctx)
	if err != nil {
		return err
	}
	f.plugin.injecting(req.Record, by)
	if _, err = by.rpc.InjectFault(ctx, &wire.InjectFaultRequest{Record: record, Config: config, Environment: env}); err != nil {
		_, err = f.plugin.judge(ctx, by, "InjectFault", err)
	}
	return err
}

// Observe has the targets looked at. It returns with its context: who looks waits for a moment only, and looks again.
func (f fault) Observe(ctx context.Context, record providers.Record) (providers.Observation, error) {
	on, err := convert.Record(record)
	if err != nil {
		return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
	}
	answer, err := callJudged(ctx, f.plugin, "ObserveFault", again, f.plugin.judgeAtOnce, func(ctx context.Context, rpc wire.ProviderClient) (*wire.ObserveFaultResponse, error) {
		return rpc.ObserveFault(ctx, &wire.ObserveFaultRequest{Record: on})
	})
	if err != nil {
		return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
	}
	seen, err := convert.ObservationFrom(answer.GetObservation())
	if why := f.plugin.whyLost(record.ID); why != "" && seen.Detail == "" {
		seen.Detail = why
	}
	return seen, err
}

// Revert has the fault undone, by a new process if need be.
func (f fault) Revert(ctx context.Context, record providers.Record) error {
	return f.plugin.revert(ctx, record)
}
