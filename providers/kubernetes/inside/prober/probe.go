package prober

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

// probe samples a prober on an open schedule: each sample is sent when it is due,
// however many before it still wait for their answer.
type probe struct {
	prober  providers.Prober
	fields  cty.Type
	timeout time.Duration
	flying  atomic.Int32
}

// run implements runner.
func (p *probe) run(ctx context.Context, m wire.Start, st *stream) error {
	if m.Interval <= 0 || p.timeout <= 0 {
		return fmt.Errorf("interval and timeout must be positive, got %s and %s", m.Interval, p.timeout)
	}
	// One that answers within its time-out never has more in flight.
	limit := int32((p.timeout+m.Interval-1)/m.Interval) + 1
	due := time.Now().Add(m.Delay)
	st.await(due)
	timer := time.NewTimer(m.Delay)
	defer timer.Stop()
	var group sync.WaitGroup
	defer group.Wait()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		for ; !due.After(time.Now()); due = due.Add(m.Interval) {
			p.launch(ctx, due, due.Add(m.Interval), limit, st, &group)
		}
		timer.Reset(time.Until(due))
	}
}

func (p *probe) launch(ctx context.Context, due, next time.Time, limit int32, st *stream, group *sync.WaitGroup) {
	st.due(due, next)
	n, late := p.flying.Load(), time.Since(due)
	switch full := n >= limit; {
	case late > p.timeout, full && late > max(next.Sub(due), grace):
		st.done(missed(due.Sub(st.began), late))
	case full:
		st.done(wire.Sample{Due: due.Sub(st.began), Unsent: true, Error: fmt.Sprintf("not sent: %d still in flight", n)})
	default:
		p.flying.Add(1)
		group.Go(func() {
			defer p.flying.Add(-1)
			st.done(p.sample(ctx, due, st.began))
		})
	}
}

// sample takes one sample. What the end of the stream cuts off has measured
// nothing.
func (p *probe) sample(ctx context.Context, due, began time.Time) wire.Sample {
	started := time.Now()
	if late := started.Sub(due); late > p.timeout {
		return missed(due.Sub(began), late)
	}
	limited, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	got := p.take(limited).Checked() // a frame has no room for infinity
	out := wire.Sample{
		Due: due.Sub(began), Late: started.Sub(due), Took: time.Since(started), OK: got.OK, Lost: got.Lost,
		Error: got.Error, Value: got.Value, Fields: wire.EncodeFields(got.Fields, p.fields),
	}
	if got.Took > 0 {
		out.Took = got.Took
	}
	if ctx.Err() != nil {
		out.Lost = true
	}
	return p.excuse(out, time.Since(started))
}

// take is the prober's sample; a panic becomes a lost one, as it says nothing of the target.
func (p *probe) take(ctx context.Context) (got providers.Sample) {
	defer func() {
		if reason := recover(); reason != nil {
			got = providers.Sample{Lost: true, Error: fmt.Sprintf("the probe panicked, which is a bug of its provider: %v", reason)}
		}
	}()
	return p.prober.Sample(ctx)
}

func (p *probe) close() { _ = p.prober.Close() }

// await notes when the first sample is due.
func (st *stream) await(at time.Time) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.flights.await(at.Sub(st.began))
}
