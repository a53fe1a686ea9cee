package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/zclconf/go-cty/cty"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// rpcOpen is a method of the protocol that opens something.
type rpcOpen func(wire.ProviderClient, context.Context, *wire.OpenRequest, ...grpc.CallOption) (*wire.OpenResponse, error)

// load stands for a load type.
type load struct{ typ }

var _ providers.Load = load{}

// Open has a generator made.
func (l load) Open(ctx context.Context, req providers.OpenRequest) (providers.Generator, providers.Diagnostics) {
	handle, answer, diags := l.open(ctx, "OpenLoad", req, wire.ProviderClient.OpenLoad)
	if diags.HasErrors() {
		return nil, diags
	}
	if answer.GetCompletes() {
		return &completer{remote: handle}, diags
	}
	return &generator{handle}, diags
}

// generator offers load from the program.
type generator struct{ *remote }

// Run offers load until ctx ends.
func (g *generator) Run(ctx context.Context, report func(providers.LoadSample)) error {
	return g.run(ctx, &wire.RunRequest{}, func(event *wire.RunResponse) {
		if sample := event.GetLoad(); sample != nil {
			report(convert.LoadSampleFrom(sample))
		}
	})
}

// Close releases the generator.
func (g *generator) Close() error { return g.close() }

// run runs what is open and hands its events on, until ctx ends and everything that is in flight
// with it.
func (r *remote) run(ctx context.Context, first *wire.RunRequest, event func(*wire.RunResponse)) error {
	handle, of, err := r.at(ctx)
	if err != nil {
		return err
	}
	first.Handle = handle
	lifetime, stop := context.WithCancel(context.WithoutCancel(ctx)) // ctx asks for an end in order
	defer stop()
	stream, err := of.rpc.Run(lifetime)
	if err != nil {
		return r.ended(ctx, of, err)
	}
	if err := stream.Send(first); err != nil {
		return r.ended(ctx, of, unsent(err, stream.Recv))
	}
	asked := context.AfterFunc(ctx, func() {
		_ = stream.CloseSend()
		time.AfterFunc(drainPatience, stop)
	})
	defer asked()
	for {
		got, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && ctx.Err() != nil && status.Code(err) == codes.Canceled:
			return fmt.Errorf("the provider %s has not ended its load or samples within %s", r.plugin.source.Name, drainPatience)
		case err != nil:
			return r.ended(ctx, of, err)
		}
		event(got)
	}
}

// drainPatience is how long what is in flight may take; requests have time-outs of their own.
const drainPatience = time.Minute

func (r *remote) ended(ctx context.Context, of *process, err error) error {
	_, err = r.plugin.judge(ctx, of, "Run", err)
	return err
}

// completer is a generator that says up to which moment everything due has been reported: one that knows it, or
// that offers its load inside an environment.
type completer struct {
	*remote

	complete func(time.Time)
}

var _ interface {
	providers.Generator
	providers.Completer
	io.Closer
} = (*completer)(nil)

// OnComplete says whom to tell.
func (g *completer) OnComplete(complete func(before time.Time)) { g.complete = complete }

// Run offers load until ctx ends.
func (g *completer) Run(ctx context.Context, report func(providers.LoadSample)) error {
	return g.run(ctx, &wire.RunRequest{}, func(event *wire.RunResponse) {
		switch e := event.GetEvent().(type) {
		case *wire.RunResponse_Load:
			report(convert.LoadSampleFrom(e.Load))
		case *wire.RunResponse_Complete:
			if g.complete != nil {
				g.complete(convert.Moment(e.Complete))
			}
		}
	})
}

// Close releases the generator.
func (g *completer) Close() error { return g.close() }

// streamer takes samples inside an environment.
type streamer struct {
	*remote

	fields cty.Type
}

var _ providers.Streamer = (*streamer)(nil)

// Stream takes samples until ctx ends.
func (s *streamer) Stream(ctx context.Context, req providers.StreamRequest) error {
	first := &wire.RunRequest{Delay: convert.Span(req.Delay), Interval: convert.Span(req.Interval)}
	return s.run(ctx, first, func(event *wire.RunResponse) {
		switch e := event.GetEvent().(type) {
		case *wire.RunResponse_Sample:
			req.Report(convert.TimedSampleFrom(e.Sample, s.fields))
		case *wire.RunResponse_Complete:
			req.Complete(convert.Moment(e.Complete))
		}
	})
}

// Close releases the streamer.
func (s *streamer) Close() error { return s.close() }
