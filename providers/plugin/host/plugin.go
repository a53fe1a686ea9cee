package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Plugin is a provider whose program runs whenever it is needed.
type Plugin struct {
	source   Source
	log      *slog.Logger
	metadata providers.Metadata
	config   *schema.Block // of the provider block; nil when it takes none
	types    providers.Types

	mu         sync.Mutex
	process    *process   // the last one that was started
	begun      *beginning // of one that is being started; nil: none is
	closed     bool
	configured []byte // to configure the next process with
	inPlace    map[string]placed
	lost       map[string]string // faults that were reverted because their process ended, and how it did
	minding    sync.WaitGroup
}

// placed is a fault in place, and the process that has put it there.
type placed struct {
	record providers.Record
	of     *process
}

var _ providers.Provider = (*Plugin)(nil)

// Start starts a provider's program and asks what it offers. Close ends it.
func Start(ctx context.Context, source Source, log *slog.Logger) (*Plugin, error) {
	p := &Plugin{source: source, log: log, inPlace: map[string]placed{}, lost: map[string]string{}}
	about, err := call(ctx, p, "Describe", once, func(ctx context.Context, rpc wire.ProviderClient) (*wire.DescribeResponse, error) {
		return rpc.Describe(ctx, &wire.DescribeRequest{})
	})
	if err == nil {
		err = p.described(about)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// described takes what the program offers, if it is something to work with.
func (p *Plugin) described(about *wire.DescribeResponse) error {
	p.metadata = providers.Metadata{Name: about.GetName(), Version: about.GetVersion(), Description: about.GetDescription()}
	if about.GetName() != p.source.Name {
		return p.faulty("it is the provider %q, and not %q", about.GetName(), p.source.Name)
	}
	var err error
	if p.config, err = convert.BlockFrom(about.GetConfig()); err != nil {
		return p.faulty("its provider block: %w", err)
	}
	for _, t := range about.GetTypes() {
		if err := p.offer(t); err != nil {
			return p.faulty("its type %q: %w", t.GetName(), err)
		}
	}
	if _, err := providers.NewSet(p); err != nil {
		return p.faulty("%w", err)
	}
	return nil
}

func (p *Plugin) faulty(format string, args ...any) error {
	return fmt.Errorf("the program %s is no provider to work with: %w", p.source.Path, fmt.Errorf(format, args...))
}

// offer makes what stands for a type.
func (p *Plugin) offer(t *wire.Type) error {
	block, err := convert.BlockFrom(t.GetSchema())
	switch {
	case err != nil:
		return err
	case block == nil:
		return errors.New("it has no schema")
	}
	base := typ{plugin: p, kind: convert.KindFrom(t.GetKind()), name: t.GetName(), block: block, described: t}
	switch base.kind {
	case providers.KindEnvironment:
		p.types.Environments = append(p.types.Environments, environment{base})
	case providers.KindFault:
		p.types.Faults = append(p.types.Faults, fault{base})
	case providers.KindProbe:
		fields, err := convert.TypeFrom(t.GetSampleType())
		if err != nil {
			return fmt.Errorf("sample type: %w", err)
		}
		if fields == cty.NilType {
			fields = cty.EmptyObject
		}
		if !fields.IsObjectType() {
			return fmt.Errorf("sample type: expected an object, found a %s", fields.FriendlyName())
		}
		p.types.Probes = append(p.types.Probes, probe{base, fields})
	case providers.KindLoad:
		p.types.Loads = append(p.types.Loads, load{base})
	case providers.KindAction:
		p.types.Actions = append(p.types.Actions, action{base})
	default: // of a later version, which nobody here can ask for
	}
	return nil
}

// Metadata identifies the provider.
func (p *Plugin) Metadata() providers.Metadata { return p.metadata }

// Types lists what it offers.
func (p *Plugin) Types() providers.Types { return p.types }

// Offers says whether the provider takes a provider block.
func (p *Plugin) Offers(optional any) bool {
	_, asks := optional.(*providers.WithConfigure)
	return !asks || p.config != nil
}

// ConfigSchema describes the provider block.
func (p *Plugin) ConfigSchema() *schema.Block { return p.config }

// Configure hands the provider block on, also to every process that has to be started later.
func (p *Plugin) Configure(ctx context.Context, values schema.Values) providers.Diagnostics {
	config, err := convert.Config(p.config, values)
	if err != nil {
		return p.broken(err)
	}
	answer, err := call(ctx, p, "Configure", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.ConfigureResponse, error) {
		return rpc.Configure(ctx, &wire.ConfigureRequest{Config: config})
	})
	if err != nil {
		return p.broken(err)
	}
	diags := convert.DiagnosticsFrom(answer.GetDiagnostics())
	if !diags.HasErrors() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.configured = config
	}
	return diags
}

// broken is an error of the provider itself, as a diagnostic.
func (p *Plugin) broken(err error) providers.Diagnostics {
	return providers.Errorf(nil, "The provider "+p.source.Name+" failed", "%s.", err)
}

// Close has the program undo what it has in place, and ends it. What one that has ended had in place is reverted
// by another before.
func (p *Plugin) Close() {
	p.settle()
	p.mu.Lock()
	last := p.process
	p.closed = true
	p.mu.Unlock()
	if last != nil {
		last.end()
	}
	p.minding.Wait()
}
