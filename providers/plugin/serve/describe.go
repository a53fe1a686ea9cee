package serve

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// Describe tells everything that the provider offers.
func (s *Server) Describe(context.Context, *wire.DescribeRequest) (*wire.DescribeResponse, error) {
	about := s.provider.Metadata()
	answer := &wire.DescribeResponse{Name: about.Name, Version: about.Version, Description: convert.Text(about.Description)}
	if configurable, ok := providers.As[providers.WithConfigure](s.provider); ok {
		var err error
		if answer.Config, err = convert.Block(configurable.ConfigSchema()); err != nil {
			return nil, failed(err)
		}
	}
	keys := slices.SortedFunc(maps.Keys(s.types), func(a, b providers.TypeKey) int {
		return strings.Compare(string(a.Kind)+a.Name, string(b.Kind)+b.Name)
	})
	for _, key := range keys {
		t, err := describe(key, s.types[key])
		if err != nil {
			return nil, failed(fmt.Errorf("%s %q: %w", key.Kind, key.Name, err))
		}
		answer.Types = append(answer.Types, t)
	}
	return answer, nil
}

func describe(key providers.TypeKey, t offered) (*wire.Type, error) {
	block, err := convert.Block(t.block)
	if err != nil {
		return nil, err
	}
	on := &wire.Type{Kind: convert.Kind(key.Kind), Name: key.Name, Schema: block, Capabilities: capabilities(t.Type)}
	if probe, ok := t.Type.(providers.Probe); ok {
		if on.SampleType, err = convert.TypeJSON(probe.SampleType()); err != nil {
			return nil, err
		}
	}
	if needy, ok := providers.As[providers.WithAccess](t.Type); ok {
		on.Access = convert.AccessRules(needy.AccessRules())
	}
	if needy, ok := providers.As[providers.WithInsideAccess](t.Type); ok {
		on.InsideAccess = convert.AccessRules(needy.InsideRules())
	}
	return on, nil
}

// capabilities are what a type can do beyond what its kind requires.
func capabilities(t providers.Type) []wire.Capability {
	var able []wire.Capability
	add := func(is bool, capability wire.Capability) {
		if is {
			able = append(able, capability)
		}
	}
	add(implements[providers.WithValidate](t), wire.Capability_CAPABILITY_VALIDATE)
	add(implements[providers.WithSummary](t), wire.Capability_CAPABILITY_SUMMARIZE)
	add(implements[providers.WithStandby](t), wire.Capability_CAPABILITY_STAND_BY)
	add(implements[providers.WithAccess](t), wire.Capability_CAPABILITY_ACCESS)
	add(implements[providers.WithLasting](t), wire.Capability_CAPABILITY_LASTING)
	add(implements[providers.WithLogs](t), wire.Capability_CAPABILITY_LOGS)
	add(implements[providers.WithSweep](t), wire.Capability_CAPABILITY_SWEEP)
	add(implements[providers.WithInside](t), wire.Capability_CAPABILITY_INSIDE)
	add(implements[providers.WithInsideAccess](t), wire.Capability_CAPABILITY_INSIDE_ACCESS)
	return able
}

func implements[T any](t providers.Type) bool {
	_, ok := providers.As[T](t)
	return ok
}

// Configure takes the provider block.
func (s *Server) Configure(ctx context.Context, request *wire.ConfigureRequest) (*wire.ConfigureResponse, error) {
	configurable, ok := providers.As[providers.WithConfigure](s.provider)
	if !ok {
		return nil, failed(fmt.Errorf("the provider %s takes no configuration", s.provider.Metadata().Name))
	}
	values, err := convert.Values(configurable.ConfigSchema(), request.GetConfig())
	if err != nil {
		return nil, invalid(err)
	}
	return &wire.ConfigureResponse{Diagnostics: convert.Diagnostics(configurable.Configure(ctx, values))}, nil
}

// Validate checks what the schema does not say.
func (s *Server) Validate(ctx context.Context, request *wire.ValidateRequest) (*wire.ValidateResponse, error) {
	check, t, err := find[providers.WithValidate](s, convert.KindFrom(request.GetType().GetKind()), request.GetType().GetName())
	if err != nil {
		return nil, err
	}
	values, err := t.values(request.GetConfig())
	if err != nil {
		return nil, err
	}
	return &wire.ValidateResponse{Diagnostics: convert.Diagnostics(check.Validate(ctx, values))}, nil
}

// Summarize says in one short phrase what a type does with a configuration.
func (s *Server) Summarize(_ context.Context, request *wire.SummarizeRequest) (*wire.SummarizeResponse, error) {
	teller, t, err := find[providers.WithSummary](s, convert.KindFrom(request.GetType().GetKind()), request.GetType().GetName())
	if err != nil {
		return nil, err
	}
	values, err := t.values(request.GetConfig())
	if err != nil {
		return nil, err
	}
	return &wire.SummarizeResponse{Summary: convert.Text(teller.Summary(values))}, nil
}
