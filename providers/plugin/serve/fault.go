package serve

import (
	"context"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

func (s *Server) fault(name string) (providers.Fault, offered, error) {
	return find[providers.Fault](s, providers.KindFault, name)
}

// asked reads what every request about a fault that is not in place yet has.
func (s *Server) asked(name string, config []byte, place *wire.EnvironmentState) (fault providers.Fault, values schema.Values, env providers.EnvironmentState, err error) {
	fault, t, err := s.fault(name)
	if err != nil {
		return nil, values, env, err
	}
	if values, err = t.values(config); err != nil {
		return nil, values, env, err
	}
	if env, err = convert.StateFrom(place); err != nil {
		return nil, values, env, invalid(err)
	}
	return fault, values, env, nil
}

// PlanFault says what a fault would do.
func (s *Server) PlanFault(ctx context.Context, request *wire.PlanFaultRequest) (*wire.PlanFaultResponse, error) {
	fault, values, env, err := s.asked(request.GetType(), request.GetConfig(), request.GetEnvironment())
	if err != nil {
		return nil, err
	}
	plan, diags := fault.Plan(ctx, providers.FaultPlanRequest{
		Address: request.GetAddress(), Config: values, Environment: env, Seed: request.GetSeed(), Duration: convert.Length(request.GetDuration()),
	})
	on, err := convert.FaultPlan(plan)
	if err != nil {
		return nil, failed(err)
	}
	return &wire.PlanFaultResponse{Plan: on, Diagnostics: convert.Diagnostics(diags)}, nil
}

// PrepareFault makes the record by which a fault can be undone.
func (s *Server) PrepareFault(ctx context.Context, request *wire.PrepareFaultRequest) (*wire.PrepareFaultResponse, error) {
	fault, values, env, err := s.asked(request.GetType(), request.GetConfig(), request.GetEnvironment())
	if err != nil {
		return nil, err
	}
	record, diags := fault.Prepare(ctx, providers.PrepareRequest{
		ID: request.GetId(), Address: request.GetAddress(), Run: request.GetRun(), Config: values, Environment: env,
		Plan: convert.FaultPlanFrom(request.GetPlan()), Seed: request.GetSeed(), Deadline: convert.Moment(request.GetDeadline()),
	})
	on, err := convert.Record(record)
	if err != nil {
		return nil, failed(err)
	}
	return &wire.PrepareFaultResponse{Record: on, Diagnostics: convert.Diagnostics(diags)}, nil
}

// StandByFault puts in place what stands beside a fault.
func (s *Server) StandByFault(ctx context.Context, request *wire.StandByFaultRequest) (*wire.StandByFaultResponse, error) {
	standby, t, err := find[providers.WithStandby](s, providers.KindFault, request.GetType())
	if err != nil {
		return nil, err
	}
	values, err := t.values(request.GetConfig())
	if err != nil {
		return nil, err
	}
	env, err := convert.StateFrom(request.GetEnvironment())
	if err != nil {
		return nil, invalid(err)
	}
	return &wire.StandByFaultResponse{}, failed(standby.StandBy(ctx, providers.StandbyRequest{
		Run: request.GetRun(), Address: request.GetAddress(), Config: values, Environment: env,
		Targets: convert.TargetsFrom(request.GetTargets()), For: convert.Length(request.GetFor()),
	}))
}

// InjectFault puts a fault in place, and has it undone at its deadline.
func (s *Server) InjectFault(ctx context.Context, request *wire.InjectFaultRequest) (*wire.InjectFaultResponse, error) {
	record, err := convert.RecordFrom(request.GetRecord())
	if err != nil {
		return nil, invalid(err)
	}
	fault, values, env, err := s.asked(record.Type, request.GetConfig(), request.GetEnvironment())
	if err != nil {
		return nil, err
	}
	return &wire.InjectFaultResponse{}, failed(s.ledger.inject(ctx, record, func() error {
		return fault.Inject(ctx, providers.InjectRequest{Record: record, Config: values, Environment: env})
	}))
}

// ObserveFault looks at the targets.
func (s *Server) ObserveFault(ctx context.Context, request *wire.ObserveFaultRequest) (*wire.ObserveFaultResponse, error) {
	record, err := convert.RecordFrom(request.GetRecord())
	if err != nil {
		return nil, invalid(err)
	}
	fault, _, err := s.fault(record.Type)
	if err != nil {
		return nil, err
	}
	return &wire.ObserveFaultResponse{Observation: convert.Observation(fault.Observe(ctx, record))}, nil
}

// RevertFault undoes a fault.
func (s *Server) RevertFault(ctx context.Context, request *wire.RevertFaultRequest) (*wire.RevertFaultResponse, error) {
	record, err := convert.RecordFrom(request.GetRecord())
	if err != nil {
		return nil, invalid(err)
	}
	return &wire.RevertFaultResponse{}, failed(s.ledger.undo(ctx, record))
}

// revert is what the ledger undoes a fault by.
func (s *Server) revert(ctx context.Context, record providers.Record) error {
	fault, _, err := s.fault(record.Type)
	if err != nil {
		return err
	}
	return fault.Revert(ctx, record)
}
