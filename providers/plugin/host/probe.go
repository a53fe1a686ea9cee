package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// probe stands for a probe type.
type probe struct {
	typ

	fields cty.Type
}

var _ providers.Probe = probe{}

// SampleType is what a sample has beside the usual.
func (p probe) SampleType() cty.Type { return p.fields }

// Open has a prober made.
func (p probe) Open(ctx context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	handle, diags := p.open(ctx, "OpenProbe", req, wire.ProviderClient.OpenProbe)
	if diags.HasErrors() {
		return nil, diags
	}
	return &prober{remote: handle, fields: p.fields}, diags
}

// opening is how something is opened; it is done again when the process in which it was open has ended.
type opening func(context.Context) (*wire.OpenResponse, error)

// open has something made by a type.
func (t typ) open(ctx context.Context, method string, req providers.OpenRequest, run rpcOpen) (*remote, providers.Diagnostics) {
	request, err := t.openRequest(req)
	if err != nil {
		return nil, t.plugin.broken(err)
	}
	return opened(ctx, t.plugin, func(ctx context.Context) (*wire.OpenResponse, error) {
		return call(ctx, t.plugin, method, again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.OpenResponse, error) {
			return run(rpc, ctx, request)
		})
	})
}

// openRequest is what is asked for.
func (t typ) openRequest(req providers.OpenRequest) (*wire.OpenRequest, error) {
	config, env, err := t.request(req.Config, req.Environment)
	return &wire.OpenRequest{
		Type: t.name, Address: req.Address, Config: config, Environment: env, Dir: req.Dir, Timeout: convert.Span(req.Timeout),
	}, err
}

// remote is something that is open in the program.
type remote struct {
	plugin *Plugin
	open   opening

	mu     sync.Mutex
	handle string
	in     *process // in which the handle means something
}

func opened(ctx context.Context, p *Plugin, open opening) (*remote, providers.Diagnostics) {
	r := &remote{plugin: p, open: open}
	answer, err := open(ctx)
	if err != nil {
		return nil, p.broken(err)
	}
	r.handle, r.in = answer.GetHandle(), p.current()
	return r, convert.DiagnosticsFrom(answer.GetDiagnostics())
}

func (p *Plugin) current() *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.process
}

// at is the handle in the process that runs: opened anew when that is another than before.
func (r *remote) at(ctx context.Context) (string, error) {
	if r.plugin.starting.Load() { // rather than have samples pile up
		return "", fmt.Errorf("the provider %s has ended and is being started again", r.plugin.source.Name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.plugin.current(); now == r.in && now.alive() {
		return r.handle, nil
	}
	answer, err := r.open(ctx)
	if err != nil {
		return "", err
	}
	if diags := convert.DiagnosticsFrom(answer.GetDiagnostics()); diags.HasErrors() {
		return "", errors.New(diags[0].Summary + ": " + diags[0].Detail)
	}
	r.handle, r.in = answer.GetHandle(), r.plugin.current()
	return r.handle, nil
}

// close releases it, unless its process is gone and it with it.
func (r *remote) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.handle == "" || r.in != r.plugin.current() || !r.in.alive() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	_, err := call(ctx, r.plugin, "Close", once, func(ctx context.Context, rpc wire.ProviderClient) (*wire.CloseResponse, error) {
		return rpc.Close(ctx, &wire.CloseRequest{Handle: r.handle})
	})
	r.handle = ""
	return err
}

const closePatience = 10 * time.Second

// prober takes samples in the program.
type prober struct {
	*remote

	fields cty.Type
}

// Sample measures once. What keeps the program from measuring says nothing of the target: the program
// knows when the sample's time is over, and gets a moment more to say what it saw.
func (p *prober) Sample(ctx context.Context) providers.Sample {
	ctx, cancel := withGrace(ctx, sampleGrace)
	defer cancel()
	handle, err := p.at(ctx)
	if err != nil {
		return lost(err)
	}
	answer, err := call(ctx, p.plugin, "Sample", once, func(ctx context.Context, rpc wire.ProviderClient) (*wire.SampleResponse, error) {
		return rpc.Sample(ctx, &wire.SampleRequest{Handle: handle})
	})
	if err != nil {
		return lost(err)
	}
	return convert.SampleFrom(answer.GetSample(), p.fields)
}

const sampleGrace = 500 * time.Millisecond

// withGrace is a context that outlives the deadline of another, though not its cancellation.
func withGrace(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	deadline, has := ctx.Deadline()
	if !has {
		return context.WithCancel(ctx)
	}
	longer, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline.Add(grace))
	stop := context.AfterFunc(ctx, func() {
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			cancel()
		}
	})
	return longer, func() {
		stop()
		cancel()
	}
}

func lost(err error) providers.Sample { return providers.Sample{Lost: true, Error: err.Error()} }

// Close releases the prober.
func (p *prober) Close() error { return p.close() }
