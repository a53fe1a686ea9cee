package sample

import (
	"context"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// An Announcer is a generator that tells of each request when it becomes due,
// together with the moment at which the next will be. It lets Settle wait for
// the answers of a load, and no longer than they take; without it, and for one that
// is no Completer, it waits for as long as they may take, if the series knows that
// (AnsweredWithin). Announce is called once, before Run.
type Announcer interface {
	Announce(announce func(due, next time.Time))
}

// A LoadRecorder runs a load and records what its generator reports.
type LoadRecorder struct {
	series  *Series
	onPoint func(name string)
}

// NewLoadRecorder records into a series made by NewLoadSeries. OnPoint is told
// the series' name after each point, from many goroutines; nil for none.
func NewLoadRecorder(series *Series, onPoint func(name string)) *LoadRecorder {
	if onPoint == nil {
		onPoint = func(string) {}
	}
	return &LoadRecorder{series: series, onPoint: onPoint}
}

// Run offers load until ctx ends. The error is the generator's; a panic of it
// is one too.
func (l *LoadRecorder) Run(ctx context.Context, generator providers.Generator) (err error) {
	defer func() {
		l.series.finish()
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%s: the load panicked, which is a bug of its provider: %v", l.series.Name(), reason)
		}
	}()
	switch g := generator.(type) {
	case Announcer:
		g.Announce(l.series.launch)
	case providers.Completer:
		l.series.await(time.Now())
		g.OnComplete(l.series.await)
	default:
		stop := l.trail()
		defer stop()
	}
	return generator.Run(ctx, l.Report)
}

// Report records one offered request. It is what Run hands to the generator.
func (l *LoadRecorder) Report(got providers.LoadSample) {
	l.series.Record(Point{Due: got.Due, Latency: got.Latency, OK: got.OK && got.Sent, Sent: got.Sent, Error: got.Error})
	l.onPoint(l.series.Name())
}
