package host

import (
	"context"
	"slices"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

// typ stands for a type of any kind.
type typ struct {
	plugin    *Plugin
	kind      providers.Kind
	name      string
	block     *schema.Block
	described *wire.Type
}

// TypeName is the label that users write.
func (t typ) TypeName() string { return t.name }

// Schema describes the body.
func (t typ) Schema() *schema.Block { return t.block }

// Offers says which optional interfaces the type has in its program.
func (t typ) Offers(optional any) bool {
	switch optional.(type) {
	case *providers.WithValidate:
		return t.can(wire.Capability_CAPABILITY_VALIDATE)
	case *providers.WithSummary:
		return t.can(wire.Capability_CAPABILITY_SUMMARIZE)
	case *providers.WithAccess:
		return t.can(wire.Capability_CAPABILITY_ACCESS)
	case *providers.WithStandby:
		return t.can(wire.Capability_CAPABILITY_STAND_BY)
	case *providers.WithLasting:
		return t.can(wire.Capability_CAPABILITY_LASTING)
	case *providers.WithLogs:
		return t.can(wire.Capability_CAPABILITY_LOGS)
	case *providers.WithSweep:
		return t.can(wire.Capability_CAPABILITY_SWEEP)
	case *providers.WithInside:
		return t.can(wire.Capability_CAPABILITY_INSIDE)
	case *providers.WithInsideAccess:
		return t.can(wire.Capability_CAPABILITY_INSIDE_ACCESS)
	default:
		return true
	}
}

func (t typ) can(what wire.Capability) bool {
	return slices.Contains(t.described.GetCapabilities(), what)
}

func (t typ) ref() *wire.TypeRef { return &wire.TypeRef{Kind: convert.Kind(t.kind), Name: t.name} }

// Validate checks what the schema does not say.
func (t typ) Validate(ctx context.Context, config schema.Values) providers.Diagnostics {
	data, err := convert.Config(t.block, config)
	if err != nil {
		return t.plugin.broken(err)
	}
	answer, err := call(ctx, t.plugin, "Validate", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.ValidateResponse, error) {
		return rpc.Validate(ctx, &wire.ValidateRequest{Type: t.ref(), Config: data})
	})
	if err != nil {
		return t.plugin.broken(err)
	}
	return convert.DiagnosticsFrom(answer.GetDiagnostics())
}

// Summary says in one short phrase what the type does; nothing when it cannot be had.
func (t typ) Summary(config schema.Values) string {
	data, err := convert.Config(t.block, config)
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), pingPatience)
	defer cancel()
	answer, err := call(ctx, t.plugin, "Summarize", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.SummarizeResponse, error) {
		return rpc.Summarize(ctx, &wire.SummarizeRequest{Type: t.ref(), Config: data})
	})
	if err != nil {
		return ""
	}
	return answer.GetSummary()
}

// AccessRules lists the rights that the type needs.
func (t typ) AccessRules() []providers.AccessRule {
	return convert.AccessRulesFrom(t.described.GetAccess())
}

// place reads an environment for a request; what cannot be said of it is an error.
func (t typ) request(config schema.Values, env providers.EnvironmentState) (data []byte, state *wire.EnvironmentState, err error) {
	if data, err = convert.Config(t.block, config); err != nil {
		return nil, nil, err
	}
	state, err = convert.State(env)
	return data, state, err
}
