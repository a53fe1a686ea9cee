package serve

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// Run offers load, or streams samples, until the client half-closes the stream or is gone.
func (s *Server) Run(stream grpc.BidiStreamingServer[wire.RunRequest, wire.RunResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	o, err := s.opened.get(first.GetHandle())
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(stream.Context())
	defer stop()
	go func() { // the end of the stream, in order or not, ends the run
		_, _ = stream.Recv()
		stop()
	}()
	to := &outlet{stream: stream, stop: stop}
	switch {
	case o.generator != nil:
		err = o.offer(ctx, to)
	case o.streamer != nil:
		err = o.stream(ctx, to, first)
	default:
		return invalid(fmt.Errorf("the handle %q is that of a prober, which takes samples one by one", first.GetHandle()))
	}
	if err == nil {
		err = to.broken()
	}
	return failed(err)
}

// offer offers load.
func (o opened) offer(ctx context.Context, to *outlet) error {
	landed := func(time.Time) {}
	switch g := o.generator.(type) {
	case announcer:
		f := &flights{complete: to.complete}
		g.Announce(f.due)
		landed = f.landed
	case providers.Completer:
		g.OnComplete(to.complete)
	}
	return o.generator.Run(ctx, func(sample providers.LoadSample) {
		to.send(&wire.RunResponse{Event: &wire.RunResponse_Load{Load: convert.LoadSample(sample)}})
		landed(sample.Due)
	})
}

// stream streams samples.
func (o opened) stream(ctx context.Context, to *outlet, first *wire.RunRequest) error {
	return o.streamer.Stream(ctx, providers.StreamRequest{
		Delay: convert.Length(first.GetDelay()), Interval: convert.Length(first.GetInterval()), Complete: to.complete,
		Report: func(sample providers.TimedSample) {
			on, err := convert.TimedSample(sample, o.fields)
			if err != nil {
				to.fail(err)
				return
			}
			to.send(&wire.RunResponse{Event: &wire.RunResponse_Sample{Sample: on}})
		},
	})
}

// outlet sends from several goroutines. The first error ends the run.
type outlet struct {
	stream grpc.BidiStreamingServer[wire.RunRequest, wire.RunResponse]
	stop   func()

	mu  sync.Mutex
	err error
}

func (o *outlet) send(event *wire.RunResponse) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		if o.err = o.stream.Send(event); o.err != nil {
			o.stop()
		}
	}
}

func (o *outlet) complete(before time.Time) {
	o.send(&wire.RunResponse{Event: &wire.RunResponse_Complete{Complete: convert.Stamp(before)}})
}

func (o *outlet) fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
	}
	o.stop()
}

func (o *outlet) broken() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}
