package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/runner/verdict"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// measurements are an experiment's probes and loads, which run through all of
// its phases without a gap.
type measurements struct {
	x      *experiment
	series map[string]*sample.Series // by local address
	order  []string                  // local addresses, probes first, as configured
	loads  map[string]bool
	tasks  []sample.Task
	offers []offer

	stopAll  context.CancelFunc
	group    sync.WaitGroup
	patience time.Duration // the longest time-out: how long a settle may take
	stood    time.Duration // how much longer, as gameday itself stood still meanwhile
}

// offer is a load about to be offered.
type offer struct {
	name      string
	generator providers.Generator
}

// openMeasurements opens every prober and generator of the experiment.
func openMeasurements(ctx context.Context, x *experiment) (*measurements, error) {
	m := &measurements{x: x, series: map[string]*sample.Series{}, loads: map[string]bool{}, stopAll: func() {}}
	for _, p := range x.def.Probes {
		if err := m.openProbe(ctx, p); err != nil {
			m.close()
			return nil, err
		}
	}
	for _, l := range x.def.Loads {
		if err := m.openLoad(ctx, l); err != nil {
			m.close()
			return nil, err
		}
	}
	return m, nil
}

func (m *measurements) add(series *sample.Series, timeout time.Duration) {
	m.series[series.Name()] = series
	m.order = append(m.order, series.Name())
	m.patience = max(m.patience, timeout+settleMargin)
}

// start begins to measure; notify is told the name of a series after each of
// its points. An abort does not stop the measurements, the experiment does.
func (m *measurements) start(ctx context.Context, notify func(name string)) {
	ctx, m.stopAll = context.WithCancel(context.WithoutCancel(ctx))
	m.group.Go(func() {
		if err := new(sample.Sampler).Run(ctx, m.tasks, notify); err != nil {
			m.x.result.add(verdict.Errored, stopped("probes", err)) // the error names them
		}
	})
	for _, o := range m.offers {
		m.group.Go(func() {
			err := sample.NewLoadRecorder(m.series[o.name], notify).Run(ctx, o.generator)
			if err == nil && ctx.Err() == nil {
				err = errors.New("it ended before it was told to")
			}
			if err != nil {
				m.x.against(o.name, verdict.Errored, stopped(o.name, err))
			}
		})
	}
}

func stopped(what string, err error) string {
	return fmt.Sprintf("%s stopped measuring: %v", what, err)
}

// stop ends the measurements and lets go of what they hold. A load that does
// not end is left behind.
func (m *measurements) stop() {
	m.stopAll()
	ctx, cancel := context.WithTimeout(context.Background(), m.patience)
	defer cancel()
	if err := perform(ctx, settleMargin, "ending the load", func(context.Context) error { m.group.Wait(); return nil }); err != nil {
		m.x.result.add(verdict.Errored, err.Error())
	}
	m.close()
}

func (m *measurements) close() {
	for _, task := range m.tasks {
		m.notice(closeProber(task))
	}
	for _, o := range m.offers {
		m.notice(closeOffer(o))
	}
}

func (m *measurements) notice(err error) {
	if err != nil {
		m.x.run.Bus.Emit(event.Notice{Experiment: m.x.plan.Address, Text: err.Error()})
	}
}

func closeProber(task sample.Task) error {
	patience, what := lookPatience, io.Closer(task.Prober)
	if task.Streamer != nil {
		patience, what = insideClose, task.Streamer
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return perform(ctx, callLinger, task.Series.Name(), func(context.Context) error { return what.Close() })
}

// begin attributes what is due from now on to a phase.
func (m *measurements) begin(phase resolve.Phase, at time.Time) {
	for _, series := range m.series {
		series.Begin(string(phase), at)
	}
}

// end leaves what is due from now on to no phase.
func (m *measurements) end(at time.Time) {
	for _, series := range m.series {
		series.End(at)
	}
}

// settle waits for the answers to everything that was due before a moment, as
// long as their time-outs allow.
func (m *measurements) settle(ctx context.Context, before time.Time) error {
	_, err := m.settleBy(ctx, before, time.Now().Add(m.patience))
	return err
}

// settleLately is settle for moments that follow each other closely: the time-outs count from the moment itself, so that
// a series which tells nothing any more does not hold up each of them anew. It names the series that is waited for no more, if
// one is.
func (m *measurements) settleLately(ctx context.Context, before time.Time) (missing string, err error) {
	return m.settleBy(ctx, before, before.Add(m.patience+m.stood))
}

// settleBy waits until a deadline. Where that had passed long before anybody looked, gameday itself stood still, and no answer
// could come in meanwhile: they get their time from then on.
func (m *measurements) settleBy(ctx context.Context, before, deadline time.Time) (missing string, err error) {
	for {
		missing, err = m.await(ctx, before, deadline)
		late := time.Since(deadline)
		if missing == "" || err != nil || late <= heldUp {
			return missing, err
		}
		m.stood += late + m.patience
		deadline = deadline.Add(late + m.patience)
	}
}

func (m *measurements) await(ctx context.Context, before, deadline time.Time) (missing string, err error) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	for _, name := range m.order {
		if err := m.series[name].Settle(ctx, before); err != nil && m.expired(ctx) {
			return name, nil // what is still missing will not come: judged without it
		} else if err != nil {
			return "", err
		}
	}
	return "", nil
}

func (m *measurements) expired(ctx context.Context) bool {
	return context.Cause(ctx) == context.DeadlineExceeded //nolint:errorlint // the cause is compared, not an error chain
}
