package host

import (
	"context"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

var _ providers.WithInsideAccess = environment{}

// RunsInside asks whether a type can run inside the environment.
func (e environment) RunsInside(kind providers.Kind, name string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), pingPatience)
	defer cancel()
	answer, err := call(ctx, e.plugin, "RunsInside", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.RunsInsideResponse, error) {
		return rpc.RunsInside(ctx, &wire.RunsInsideRequest{EnvironmentType: e.name, Type: &wire.TypeRef{Kind: convert.Kind(kind), Name: name}})
	})
	return err == nil && answer.GetRuns()
}

// InsideRules lists the rights that it takes.
func (e environment) InsideRules() []providers.AccessRule {
	return convert.AccessRulesFrom(e.described.GetInsideAccess())
}

// CheckInside asks the place which of them are held.
func (e environment) CheckInside(ctx context.Context, env providers.EnvironmentState) ([]providers.Permission, error) {
	state, err := convert.State(env)
	if err != nil {
		return nil, err
	}
	answer, err := call(ctx, e.plugin, "CheckInside", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.CheckInsideResponse, error) {
		return rpc.CheckInside(ctx, &wire.CheckInsideRequest{Type: e.name, Environment: state})
	})
	return convert.PermissionsFrom(answer.GetPermissions()), err
}

// OpenProbe has a prober made whose samples are taken inside.
func (e environment) OpenProbe(ctx context.Context, req providers.InsideRequest) (providers.Streamer, providers.Diagnostics) {
	handle, diags := e.openInside(ctx, providers.KindProbe, req)
	if diags.HasErrors() {
		return nil, diags
	}
	return &streamer{remote: handle, fields: req.Fields}, diags
}

// OpenLoad has a generator made that offers its load inside.
func (e environment) OpenLoad(ctx context.Context, req providers.InsideRequest) (providers.Generator, providers.Diagnostics) {
	handle, diags := e.openInside(ctx, providers.KindLoad, req)
	if diags.HasErrors() {
		return nil, diags
	}
	return &completer{remote: handle}, diags
}

// openInside has something made that runs inside. It may be of another provider's type, whose schema
// the program does not know.
func (e environment) openInside(ctx context.Context, kind providers.Kind, req providers.InsideRequest) (*remote, providers.Diagnostics) {
	request, err := e.insideRequest(kind, req)
	if err != nil {
		return nil, e.plugin.broken(err)
	}
	handle, _, diags := opened(ctx, e.plugin, "OpenInside", func(ctx context.Context, in *process) (*wire.OpenResponse, error) {
		return in.rpc.OpenInside(ctx, request)
	})
	return handle, diags
}

func (e environment) insideRequest(kind providers.Kind, req providers.InsideRequest) (*wire.OpenInsideRequest, error) {
	config, err := convert.DynamicConfig(req.Config)
	if err != nil {
		return nil, err
	}
	env, err := convert.State(req.Environment)
	if err != nil {
		return nil, err
	}
	fields, err := convert.TypeJSON(req.Fields)
	if err != nil {
		return nil, err
	}
	targets, err := convert.Targets(req.Targets)
	if err != nil {
		return nil, err
	}
	return &wire.OpenInsideRequest{
		EnvironmentType: e.name, Kind: convert.Kind(kind), Run: req.Run, Fields: fields, Targets: targets,
		Open: &wire.OpenRequest{
			Type: req.Type, Address: req.Address, Config: config, Environment: env, Dir: req.Dir, Timeout: convert.Span(req.Timeout),
		},
	}, nil
}
