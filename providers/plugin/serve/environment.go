package serve

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

func (s *Server) environment(name string) (providers.Environment, offered, error) {
	return find[providers.Environment](s, providers.KindEnvironment, name)
}

// PlanEnvironment says what bringing an environment up would do.
func (s *Server) PlanEnvironment(ctx context.Context, request *wire.PlanEnvironmentRequest) (*wire.PlanEnvironmentResponse, error) {
	environment, t, err := s.environment(request.GetType())
	if err != nil {
		return nil, err
	}
	values, err := t.values(request.GetConfig())
	if err != nil {
		return nil, err
	}
	plan, diags := environment.Plan(ctx, providers.EnvironmentPlanRequest{
		Address: request.GetAddress(), Config: values, Dir: request.GetDir(), Offline: request.GetOffline(),
	})
	on, err := convert.EnvironmentPlan(plan)
	if err != nil {
		return nil, failed(err)
	}
	return &wire.PlanEnvironmentResponse{Plan: on, Diagnostics: convert.Diagnostics(diags)}, nil
}

// PrepareEnvironment makes a handle.
func (s *Server) PrepareEnvironment(ctx context.Context, request *wire.PrepareEnvironmentRequest) (*wire.PrepareEnvironmentResponse, error) {
	environment, t, err := s.environment(request.GetType())
	if err != nil {
		return nil, err
	}
	values, err := t.values(request.GetConfig())
	if err != nil {
		return nil, err
	}
	handle, diags := environment.Prepare(ctx, providers.EnvironmentPrepareRequest{
		Run: request.GetRun(), RunDir: request.GetRunDir(), Address: request.GetAddress(), Name: request.GetName(),
		Config: values, Dir: request.GetDir(), Lasting: request.GetLasting(),
	})
	on, err := convert.Handle(handle)
	if err != nil {
		return nil, failed(err)
	}
	return &wire.PrepareEnvironmentResponse{Handle: on, Diagnostics: convert.Diagnostics(diags)}, nil
}

// DownEnvironment ends an environment.
func (s *Server) DownEnvironment(ctx context.Context, request *wire.DownEnvironmentRequest) (*wire.DownEnvironmentResponse, error) {
	handle, err := convert.HandleFrom(request.GetHandle())
	if err != nil {
		return nil, invalid(err)
	}
	if err := s.down(ctx, handle); err != nil {
		return nil, failed(err)
	}
	s.ledger.left(handle)
	return &wire.DownEnvironmentResponse{}, nil
}

// down is what the ledger ends an environment by.
func (s *Server) down(ctx context.Context, handle providers.EnvironmentHandle) error {
	environment, _, err := s.environment(handle.Type)
	if err != nil {
		return err
	}
	return environment.Down(ctx, handle)
}

// LookAtEnvironment says what of an environment is there.
func (s *Server) LookAtEnvironment(ctx context.Context, request *wire.LookAtEnvironmentRequest) (*wire.LookAtEnvironmentResponse, error) {
	handle, err := convert.HandleFrom(request.GetHandle())
	if err != nil {
		return nil, invalid(err)
	}
	if request.GetStanding() {
		lasting, _, err := find[providers.WithLasting](s, providers.KindEnvironment, handle.Type)
		if err != nil {
			return nil, err
		}
		standing, err := lasting.Standing(ctx, handle)
		return &wire.LookAtEnvironmentResponse{Standing: convert.Text(standing)}, failed(err)
	}
	environment, _, err := s.environment(handle.Type)
	if err != nil {
		return nil, err
	}
	leftovers, err := environment.Leftovers(ctx, handle)
	return &wire.LookAtEnvironmentResponse{Leftovers: convert.Texts(leftovers)}, failed(err)
}

// KeepEnvironmentLogs puts what an environment has logged into the run's folder.
func (s *Server) KeepEnvironmentLogs(request *wire.KeepEnvironmentLogsRequest, stream grpc.ServerStreamingServer[wire.KeepEnvironmentLogsResponse]) error {
	handle, err := convert.HandleFrom(request.GetHandle())
	if err != nil {
		return invalid(err)
	}
	keeper, _, err := find[providers.WithLogs](s, providers.KindEnvironment, handle.Type)
	if err != nil {
		return err
	}
	return failed(keeper.KeepLogs(stream.Context(), handle, func(step string) {
		_ = stream.Send(&wire.KeepEnvironmentLogsResponse{Progress: convert.Text(step)}) // who is gone needs no progress
	}))
}

// SweepEnvironment finds what runs left in a place.
func (s *Server) SweepEnvironment(ctx context.Context, request *wire.SweepEnvironmentRequest) (*wire.SweepEnvironmentResponse, error) {
	sweeper, t, err := find[providers.WithSweep](s, providers.KindEnvironment, request.GetType())
	if err != nil {
		return nil, err
	}
	values, err := t.values(request.GetConfig())
	if err != nil {
		return nil, err
	}
	orphans, diags := sweeper.Sweep(ctx, providers.SweepRequest{
		Address: request.GetAddress(), Config: values, Dir: request.GetDir(), Run: request.GetRun(), Alive: request.GetAlive(), Look: request.GetLook(),
	})
	on, err := convert.Orphans(orphans)
	if err != nil {
		return nil, failed(err)
	}
	return &wire.SweepEnvironmentResponse{Orphans: on, Diagnostics: convert.Diagnostics(diags)}, nil
}

// RunsInside says whether a type can run inside an environment.
func (s *Server) RunsInside(_ context.Context, request *wire.RunsInsideRequest) (*wire.RunsInsideResponse, error) {
	place, _, err := find[providers.WithInside](s, providers.KindEnvironment, request.GetEnvironmentType())
	if err != nil {
		return nil, err
	}
	t := request.GetType()
	return &wire.RunsInsideResponse{Runs: place.RunsInside(convert.KindFrom(t.GetKind()), t.GetName())}, nil
}

// CheckInside asks a place which rights are held.
func (s *Server) CheckInside(ctx context.Context, request *wire.CheckInsideRequest) (*wire.CheckInsideResponse, error) {
	place, _, err := find[providers.WithInsideAccess](s, providers.KindEnvironment, request.GetType())
	if err != nil {
		return nil, err
	}
	env, err := convert.StateFrom(request.GetEnvironment())
	if err != nil {
		return nil, invalid(err)
	}
	permissions, err := place.CheckInside(ctx, env)
	return &wire.CheckInsideResponse{Permissions: convert.Permissions(permissions)}, failed(err)
}

// OpenInside makes what runs inside an environment. What it runs may be of another provider, so
// its configuration is of no schema that is known here.
func (s *Server) OpenInside(ctx context.Context, request *wire.OpenInsideRequest) (*wire.OpenResponse, error) {
	place, _, err := find[providers.WithInside](s, providers.KindEnvironment, request.GetEnvironmentType())
	if err != nil {
		return nil, err
	}
	asked, err := insideRequest(request)
	if err != nil {
		return nil, invalid(err)
	}
	var made opened
	var diags providers.Diagnostics
	switch kind := convert.KindFrom(request.GetKind()); kind {
	case providers.KindProbe:
		made.fields = asked.Fields
		made.streamer, diags = place.OpenProbe(ctx, asked)
	case providers.KindLoad:
		made.generator, diags = place.OpenLoad(ctx, asked)
	default:
		return nil, invalid(fmt.Errorf("a %s does not run inside: expected a probe or a load", kind))
	}
	if diags.HasErrors() {
		return &wire.OpenResponse{Diagnostics: convert.Diagnostics(diags)}, nil
	}
	return s.answer(made, diags), nil
}

func insideRequest(request *wire.OpenInsideRequest) (providers.InsideRequest, error) {
	open := request.GetOpen()
	values, err := convert.DynamicValues(open.GetConfig())
	if err != nil {
		return providers.InsideRequest{}, err
	}
	env, err := convert.StateFrom(open.GetEnvironment())
	if err != nil {
		return providers.InsideRequest{}, err
	}
	fields, err := convert.TypeFrom(request.GetFields())
	if err != nil {
		return providers.InsideRequest{}, err
	}
	return providers.InsideRequest{
		OpenRequest: providers.OpenRequest{
			Address: open.GetAddress(), Config: values, Environment: env, Dir: open.GetDir(), Timeout: convert.Length(open.GetTimeout()),
		},
		Type: open.GetType(), Run: request.GetRun(), Fields: fields, Targets: convert.TargetsFrom(request.GetTargets()),
	}, nil
}
