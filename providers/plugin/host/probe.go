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
	handle, _, diags := p.open(ctx, "OpenProbe", req, wire.ProviderClient.OpenProbe)
	if diags.HasErrors() {
		return nil, diags
	}
	return &prober{remote: handle, fields: p.fields}, diags
}

// opening opens something in a process; it is done again when that has ended.
type opening func(context.Context, *process) (*wire.OpenResponse, error)

// open has something made by a type.
func (t typ) open(ctx context.Context, method string, req providers.OpenRequest, run rpcOpen) (*remote, *wire.OpenResponse, providers.Diagnostics) {
	request, err := t.openRequest(req)
	if err != nil {
		return nil, nil, t.plugin.broken(err)
	}
	return opened(ctx, t.plugin, method, func(ctx context.Context, in *process) (*wire.OpenResponse, error) { return run(in.rpc, ctx, request) })
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
	method string // that opens it
	open   opening

	mu     sync.Mutex
	handle string
	in     *process // in which the handle means something; nil: it is to be opened
}

func opened(ctx context.Context, p *Plugin, method string, open opening) (*remote, *wire.OpenResponse, providers.Diagnostics) {
	r := &remote{plugin: p, method: method, open: open}
	answer, err := r.reopen(ctx, p.judge)
	if err != nil {
		return nil, nil, p.broken(err)
	}
	return r, answer, convert.DiagnosticsFrom(answer.GetDiagnostics())
}

// reopen opens it in the process that runs.
func (r *remote) reopen(ctx context.Context, judge judging) (*wire.OpenResponse, error) {
	in, err := r.plugin.running(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := r.open(ctx, in)
	if err != nil {
		_, err = judge(ctx, in, r.method, err)
		return nil, err
	}
	r.handle, r.in = answer.GetHandle(), in
	return answer, nil
}

// at is the handle, and the process in which it means something.
func (r *remote) at(ctx context.Context) (string, *process, error) {
	if r.plugin.restarting() { // rather than have samples pile up
		return "", nil, fmt.Errorf("the provider %s has ended and is being started again", r.plugin.source.Name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.in != nil && r.in.alive() {
		return r.handle, r.in, nil
	}
	answer, err := r.reopen(ctx, r.plugin.judgeAtOnce)
	if err != nil {
		return "", nil, err
	}
	if diags := convert.DiagnosticsFrom(answer.GetDiagnostics()); diags.HasErrors() {
		r.in = nil
		return "", nil, errors.New(diags[0].Summary + ": " + diags[0].Detail)
	}
	return r.handle, r.in, nil
}

// close releases it, unless its process is gone and it with it.
func (r *remote) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.in
	r.in = nil
	if in == nil || !in.alive() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	if _, err := in.rpc.Close(ctx, &wire.CloseRequest{Handle: r.handle}); err != nil {
		_, err = r.plugin.judge(ctx, in, "Close", err)
		return err
	}
	return nil
}

const closePatience = 10 * time.Second

// prober takes samples in the program.
type prober struct {
	*remote

	fields cty.Type
}

// Sample measures once. What keeps the program from measuring says nothing of the target: the program
// knows when the sample's time is over, and gets a moment more to say what it saw. Nothing else is waited for: a sample
// that comes too late is a failure of the target.
func (p *prober) Sample(ctx context.Context) providers.Sample {
	ctx, cancel := withGrace(ctx, sampleGrace)
	defer cancel()
	handle, in, err := p.at(ctx)
	if err != nil {
		return lost(err)
	}
	answer, err := in.rpc.Sample(ctx, &wire.SampleRequest{Handle: handle})
	if err != nil {
		_, err = p.plugin.judgeAtOnce(ctx, in, "Sample", err)
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
