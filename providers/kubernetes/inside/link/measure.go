package link

import (
	"context"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

var _ providers.Streamer = (*probe)(nil)

// probe is a probe that samples inside.
type probe struct {
	*stream

	fields cty.Type
	free   func() error
}

// Probe opens a probe. Fields is the type of its samples' fields; free is called
// once it is closed.
func (l *Link) Probe(ctx context.Context, open wire.Open, fields cty.Type, free func() error) (providers.Streamer, providers.Diagnostics) {
	open.Kind = string(providers.KindProbe)
	s, diags := l.add(ctx, open)
	if s == nil {
		return nil, diags
	}
	return &probe{stream: s, fields: fields, free: free}, diags
}

// Stream implements providers.Streamer.
func (p *probe) Stream(ctx context.Context, req providers.StreamRequest) error {
	p.begin(&sink{
		first: time.Now().Add(req.Delay), interval: req.Interval, complete: req.Complete,
		report: func(at time.Time, s wire.Sample) { req.Report(p.timed(at, s)) },
	})
	defer p.quiet()
	select {
	case <-ctx.Done():
		return nil
	case <-p.over:
		return p.ended
	}
}

func (p *probe) timed(at time.Time, s wire.Sample) providers.TimedSample {
	fields, err := wire.DecodeFields(s.Fields, p.fields)
	if err != nil && s.OK {
		s.OK, s.Error = false, err.Error()
	}
	return providers.TimedSample{
		Due: at, Late: s.Late, Unsent: s.Unsent,
		Sample: providers.Sample{OK: s.OK, Error: s.Error, Value: s.Value, Fields: fields, Took: s.Took, Lost: s.Lost},
	}
}

// Close implements providers.Streamer.
func (p *probe) Close() error {
	p.drop()
	return p.free()
}

// load is a load that is offered inside.
type load struct {
	*stream

	free       func() error
	onComplete func(before time.Time)
}

var (
	_ providers.Generator = (*load)(nil)
	_ providers.Completer = (*load)(nil)
)

// Load opens a load. Free is called once it is closed.
func (l *Link) Load(ctx context.Context, open wire.Open, free func() error) (providers.Generator, providers.Diagnostics) {
	open.Kind = string(providers.KindLoad)
	s, diags := l.add(ctx, open)
	if s == nil {
		return nil, diags
	}
	return &load{stream: s, free: free, onComplete: func(time.Time) {}}, diags
}

// OnComplete implements providers.Completer.
func (l *load) OnComplete(complete func(before time.Time)) { l.onComplete = complete }

// Run implements providers.Generator.
func (l *load) Run(ctx context.Context, report func(providers.LoadSample)) error {
	l.begin(&sink{
		first: time.Now(), complete: func(before time.Time) { l.onComplete(before) },
		report: func(at time.Time, s wire.Sample) { report(loadSample(at, s)) },
	})
	defer l.quiet()
	select {
	case <-ctx.Done():
	case <-l.over:
		return l.ended
	}
	return l.windDown()
}

// windDown takes the answers to what has been sent, as long as they may take.
func (l *load) windDown() error {
	l.link.send(wire.Message{Stop: &wire.Stop{ID: l.open.ID}})
	if l.link.Trouble() != nil {
		return nil
	}
	timer := time.NewTimer(l.open.Timeout)
	defer timer.Stop()
	select {
	case <-l.over:
		return l.ended
	case <-timer.C:
		return nil
	}
}

func loadSample(at time.Time, s wire.Sample) providers.LoadSample {
	return providers.LoadSample{Due: at, Latency: s.Late + s.Took, OK: s.OK, Sent: !s.Unsent && !s.Lost, Error: s.Error}
}

// Close ends the load, run or not.
func (l *load) Close() error {
	l.drop()
	return l.free()
}
