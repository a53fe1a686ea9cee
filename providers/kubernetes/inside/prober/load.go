package prober

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

// load runs a generator.
type load struct{ generator providers.Generator }

// announcer is a generator that tells of each request when it becomes due, and of
// the moment at which the next will be.
type announcer interface {
	Announce(announce func(due, next time.Time))
}

// run implements runner.
func (l *load) run(ctx context.Context, _ wire.Start, st *stream) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the load panicked, which is a bug of its provider: %v", reason)
		}
	}()
	st.await(time.Now())
	a, announced := l.generator.(announcer)
	if announced {
		a.Announce(st.due)
	}
	return l.generator.Run(ctx, func(got providers.LoadSample) {
		if !announced { // then the newest answer is as far as anybody knows
			st.due(got.Due, got.Due)
		}
		st.done(loadSample(got, st.began))
	})
}

func loadSample(got providers.LoadSample, began time.Time) wire.Sample {
	return wire.Sample{Due: got.Due.Sub(began), Took: got.Latency, OK: got.OK, Unsent: !got.Sent, Error: got.Error}
}

func (l *load) close() {
	if closer, ok := l.generator.(io.Closer); ok {
		_ = closer.Close()
	}
}
