package http

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
)

// excerptBytes is how much of an answer is kept for an error message.
const excerptBytes = 1 << 10

// generator offers load. It is a loop of its own and not vegeta's attacker,
// because that one starts a request's clock when a worker takes it up, and not
// when it was due; waits, with its whole schedule, while all workers are busy,
// so that what could not be sent is neither sent late nor reported; cannot be
// ended before every answer is there; and adds headers that the target sees.
type generator struct {
	request  *template
	pace     pace
	status   statuses
	limit    int
	client   *http.Client
	timeout  time.Duration
	announce func(due, next time.Time)
}

func ignore(time.Time, time.Time) {}

// Announce has each request told when it becomes due, with the moment at which
// the next one will be. It must be called before Run.
func (g *generator) Announce(announce func(due, next time.Time)) { g.announce = announce }

// Run implements providers.Generator.
func (g *generator) Run(ctx context.Context, report func(providers.LoadSample)) error {
	defer g.client.CloseIdleConnections()
	o := offer{generator: g, answers: context.WithoutCancel(ctx), slots: make(chan struct{}, g.limit), report: report}
	defer o.flying.Wait()

	schedule := clock{pace: g.pace, begin: time.Now()}
	next := schedule.next()
	for await(ctx, next) {
		m := moment{due: next, next: schedule.next()}
		next = m.next
		g.announce(m.due, m.next)
		o.make(m)
	}
	return nil
}

// offer is one Run of a generator.
type offer struct {
	*generator
	answers context.Context // outlives the schedule: what has been sent is waited for
	slots   chan struct{}   // one for each request in flight
	flying  sync.WaitGroup
	report  func(providers.LoadSample)
}

// make sends a request that is due now, or reports that it could not be sent.
func (o *offer) make(m moment) {
	if o.missed(m) { // before it takes the place of one that is not
		o.report(skipped(m.due))
		return
	}
	select {
	case o.slots <- struct{}{}:
	default:
		o.report(o.unsent(m.due))
		return
	}
	o.flying.Go(func() {
		sample := o.send(o.answers, m)
		<-o.slots
		o.report(sample)
	})
}

// await sleeps until a moment, and reports whether it was reached before the
// context ended.
func await(ctx context.Context, until time.Time) bool {
	wait := time.Until(until)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

func (g *generator) unsent(due time.Time) providers.LoadSample {
	return providers.LoadSample{
		Due: due, Latency: time.Since(due),
		Error: fmt.Sprintf("not sent: %d requests still in flight (max_in_flight)", g.limit),
	}
}

func (g *generator) send(ctx context.Context, m moment) providers.LoadSample {
	if g.missed(m) { // the standstill may have come since
		return skipped(m.due)
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	err := g.exchange(ctx)
	sample := providers.LoadSample{Due: m.due, Latency: time.Since(m.due), Sent: !probing.Own(err), OK: err == nil}
	if err != nil {
		sample.Error = err.Error()
	}
	return g.excuse(sample, time.Since(began))
}

// exchange sends one request and takes its whole answer.
func (g *generator) exchange(ctx context.Context) error {
	response, err := g.client.Do(g.request.new(ctx))
	if err != nil {
		return explained{probing.Explain(ctx, err, g.timeout), err}
	}
	defer func() { _ = response.Body.Close() }()
	var beginning bytes.Buffer
	if !g.status.match(response.StatusCode) {
		_, err = io.CopyN(&beginning, response.Body, excerptBytes)
	}
	if err == nil || errors.Is(err, io.EOF) {
		_, err = io.Copy(io.Discard, response.Body)
	}
	if err != nil {
		return fmt.Errorf("the answer broke off: %s", probing.Explain(ctx, err, g.timeout))
	}
	return g.status.check(response.StatusCode, probing.FirstLine(probing.Text(beginning.Bytes())))
}

// explained is an error in other words.
type explained struct {
	text string
	error
}

func (e explained) Error() string { return e.text }
func (e explained) Unwrap() error { return e.error }
