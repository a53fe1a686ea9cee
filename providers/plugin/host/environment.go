package host

import (
	"context"
	"errors"
	"io"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// environment stands for an environment type.
type environment struct{ typ }

var (
	_ providers.Environment = environment{}
	_ providers.WithLasting = environment{}
	_ providers.WithLogs    = environment{}
	_ providers.WithSweep   = environment{}
)

// Plan asks what the environment would be.
func (e environment) Plan(ctx context.Context, req providers.EnvironmentPlanRequest) (providers.EnvironmentPlan, providers.Diagnostics) {
	config, err := convert.Config(e.block, req.Config)
	if err != nil {
		return providers.EnvironmentPlan{}, e.plugin.broken(err)
	}
	answer, err := call(ctx, e.plugin, "PlanEnvironment", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.PlanEnvironmentResponse, error) {
		return rpc.PlanEnvironment(ctx, &wire.PlanEnvironmentRequest{Type: e.name, Address: req.Address, Config: config, Dir: req.Dir, Offline: req.Offline})
	})
	if err != nil {
		return providers.EnvironmentPlan{}, e.plugin.broken(err)
	}
	plan, err := convert.EnvironmentPlanFrom(answer.GetPlan())
	if err != nil {
		return providers.EnvironmentPlan{}, e.plugin.broken(err)
	}
	return plan, convert.DiagnosticsFrom(answer.GetDiagnostics())
}

// Prepare has the handle made.
func (e environment) Prepare(ctx context.Context, req providers.EnvironmentPrepareRequest) (providers.EnvironmentHandle, providers.Diagnostics) {
	config, err := convert.Config(e.block, req.Config)
	if err != nil {
		return providers.EnvironmentHandle{}, e.plugin.broken(err)
	}
	answer, err := call(ctx, e.plugin, "PrepareEnvironment", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.PrepareEnvironmentResponse, error) {
		return rpc.PrepareEnvironment(ctx, &wire.PrepareEnvironmentRequest{
			Type: e.name, Run: req.Run, RunDir: req.RunDir, Address: req.Address, Name: req.Name, Config: config, Dir: req.Dir, Lasting: req.Lasting,
		})
	})
	if err != nil {
		return providers.EnvironmentHandle{}, e.plugin.broken(err)
	}
	handle, err := convert.HandleFrom(answer.GetHandle())
	if err != nil {
		return providers.EnvironmentHandle{}, e.plugin.broken(err)
	}
	return handle, convert.DiagnosticsFrom(answer.GetDiagnostics())
}

// Up has the environment brought up.
func (e environment) Up(ctx context.Context, req providers.UpRequest) (providers.EnvironmentState, providers.Diagnostics) {
	of, err := e.plugin.running(ctx)
	if err != nil {
		return providers.EnvironmentState{}, e.plugin.broken(err)
	}
	done, shown, err := e.rise(ctx, of, req)
	if err != nil {
		_, err = e.plugin.judge(ctx, of, "UpEnvironment", err)
		return providers.EnvironmentState{}, e.plugin.broken(err)
	}
	shown = append(shown, convert.DiagnosticsFrom(done.GetDiagnostics())...)
	state, err := convert.StateFrom(done.GetState())
	if err != nil {
		return providers.EnvironmentState{}, append(shown, e.plugin.broken(err)...)
	}
	return state, shown
}

// rise is the conversation about an environment that comes up. It returns what was wrong with the body, which the program
// does not know.
func (e environment) rise(ctx context.Context, of *process, req providers.UpRequest) (*wire.UpEnvironmentResponse_Done, providers.Diagnostics, error) {
	handle, err := convert.Handle(req.Handle)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := of.rpc.UpEnvironment(ctx)
	if err != nil {
		return nil, nil, err
	}
	begin := &wire.UpEnvironmentRequest_Start{Handle: handle, Dir: req.Dir, Lasting: req.Lasting}
	if err := stream.Send(&wire.UpEnvironmentRequest{Request: &wire.UpEnvironmentRequest_Start_{Start: begin}}); err != nil {
		return nil, nil, unsent(err, stream.Recv)
	}
	var wrong providers.Diagnostics
	for {
		message, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return nil, wrong, errors.New("it has ended the call without saying what became of the environment")
		case err != nil:
			return nil, wrong, err
		}
		switch m := message.GetResponse().(type) {
		case *wire.UpEnvironmentResponse_Progress:
			req.Progress(m.Progress)
		case *wire.UpEnvironmentResponse_Configure:
			answer, diags := e.configure(m.Configure, req)
			wrong = append(wrong, diags...)
			if err := stream.Send(&wire.UpEnvironmentRequest{Request: &wire.UpEnvironmentRequest_Configured_{Configured: answer}}); err != nil {
				return nil, wrong, unsent(err, stream.Recv)
			}
		case *wire.UpEnvironmentResponse_Done_:
			return m.Done, wrong, nil
		}
	}
}

// configure evaluates the body with what the environment has reserved.
func (e environment) configure(data []byte, req providers.UpRequest) (*wire.UpEnvironmentRequest_Configured, providers.Diagnostics) {
	failed := &wire.UpEnvironmentRequest_Configured{Failed: true}
	self, err := convert.FromDynamic(data)
	if err != nil {
		return failed, e.plugin.broken(err)
	}
	values, diags := req.Configure(self)
	if diags.HasErrors() {
		return failed, diags
	}
	config, err := convert.Config(e.block, values)
	if err != nil {
		return failed, append(diags, e.plugin.broken(err)...)
	}
	return &wire.UpEnvironmentRequest_Configured{Config: config}, diags
}

// Down has the environment ended.
func (e environment) Down(ctx context.Context, handle providers.EnvironmentHandle) error {
	on, err := convert.Handle(handle)
	if err != nil {
		return err
	}
	_, err = call(ctx, e.plugin, "DownEnvironment", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.DownEnvironmentResponse, error) {
		return rpc.DownEnvironment(ctx, &wire.DownEnvironmentRequest{Handle: on})
	})
	return err
}

func (e environment) look(ctx context.Context, handle providers.EnvironmentHandle, standing bool) (*wire.LookAtEnvironmentResponse, error) {
	on, err := convert.Handle(handle)
	if err != nil {
		return nil, err
	}
	return call(ctx, e.plugin, "LookAtEnvironment", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.LookAtEnvironmentResponse, error) {
		return rpc.LookAtEnvironment(ctx, &wire.LookAtEnvironmentRequest{Handle: on, Standing: standing})
	})
}

// Leftovers says what of the environment still exists.
func (e environment) Leftovers(ctx context.Context, handle providers.EnvironmentHandle) ([]string, error) {
	answer, err := e.look(ctx, handle, false)
	return answer.GetLeftovers(), err
}

// Standing says how the environment stands.
func (e environment) Standing(ctx context.Context, handle providers.EnvironmentHandle) (string, error) {
	answer, err := e.look(ctx, handle, true)
	return answer.GetStanding(), err
}

// KeepLogs has the logs put into the run's folder.
func (e environment) KeepLogs(ctx context.Context, handle providers.EnvironmentHandle, progress func(step string)) error {
	on, err := convert.Handle(handle)
	if err != nil {
		return err
	}
	_, err = call(ctx, e.plugin, "KeepEnvironmentLogs", once, func(ctx context.Context, rpc wire.ProviderClient) (any, error) {
		stream, err := rpc.KeepEnvironmentLogs(ctx, &wire.KeepEnvironmentLogsRequest{Handle: on})
		if err != nil {
			return nil, err
		}
		for {
			step, err := stream.Recv()
			switch {
			case errors.Is(err, io.EOF):
				return nil, nil
			case err != nil:
				return nil, err
			}
			progress(step.GetProgress())
		}
	})
	return err
}

// Sweep has what runs left found and undone.
func (e environment) Sweep(ctx context.Context, req providers.SweepRequest) ([]providers.Orphan, providers.Diagnostics) {
	config, err := convert.Config(e.block, req.Config)
	if err != nil {
		return nil, e.plugin.broken(err)
	}
	answer, err := call(ctx, e.plugin, "SweepEnvironment", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.SweepEnvironmentResponse, error) {
		return rpc.SweepEnvironment(ctx, &wire.SweepEnvironmentRequest{
			Type: e.name, Address: req.Address, Config: config, Dir: req.Dir, Run: req.Run, Alive: req.Alive, Look: req.Look,
		})
	})
	if err != nil {
		return nil, e.plugin.broken(err)
	}
	return convert.OrphansFrom(answer.GetOrphans()), convert.DiagnosticsFrom(answer.GetDiagnostics())
}
