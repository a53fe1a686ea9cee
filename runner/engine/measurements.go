package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
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

func (m *measurements) openProbe(ctx context.Context, p *resolve.Probe) error {
	name := p.Addr.Local()
	config, diags := p.Body.Decode(nil)
	if diags.HasErrors() {
		return fmt.Errorf("%s: %w", name, diags)
	}
	request := providers.OpenRequest{
		Address: p.Addr.String(), Config: config, Environment: m.x.env, Dir: m.x.def.Dir, Timeout: p.Timeout,
	}
	task := sample.Task{Interval: p.Interval, Timeout: p.Timeout}
	var err error
	if p.From != "" {
		task.Streamer, err = m.x.openStream(ctx, p, request)
	} else {
		task.Prober, err = ask(ctx, name, func(ctx context.Context) (providers.Prober, providers.Diagnostics) {
			return p.Type.Open(ctx, request)
		})
	}
	if err != nil {
		return err
	}
	task.Series = sample.NewSeries(name, p.Type.SampleType(), m.x.lookback())
	m.add(task.Series, p.Timeout+delivery(p.From))
	m.tasks = append(m.tasks, task)
	return nil
}

func (m *measurements) openLoad(ctx context.Context, l *resolve.Load) error {
	name := l.Addr.Local()
	config, diags := l.Body.Decode(nil)
	if diags.HasErrors() {
		return fmt.Errorf("%s: %w", name, diags)
	}
	request := providers.OpenRequest{
		Address: l.Addr.String(), Config: config, Environment: m.x.env, Dir: m.x.def.Dir, Timeout: l.Timeout,
	}
	var generator providers.Generator
	var err error
	if l.From != "" {
		generator, err = m.x.openInside(ctx, l, request)
	} else {
		generator, err = ask(ctx, name, func(ctx context.Context) (providers.Generator, providers.Diagnostics) {
			return l.Type.Open(ctx, request)
		})
	}
	if err != nil {
		return err
	}
	m.add(sample.NewLoadSeries(name, m.x.lookback()), l.Timeout+delivery(l.From))
	m.loads[name] = true
	m.offers = append(m.offers, offer{name, generator})
	return nil
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
		m.report("probes", new(sample.Sampler).Run(ctx, m.tasks, notify))
	})
	for _, o := range m.offers {
		m.group.Go(func() {
			err := sample.NewLoadRecorder(m.series[o.name], notify).Run(ctx, o.generator)
			if err == nil && ctx.Err() == nil {
				err = errors.New("it ended before it was told to")
			}
			m.report(o.name, err)
		})
	}
}

func (m *measurements) report(what string, err error) {
	if err != nil {
		m.x.result.add(verdict.Errored, fmt.Sprintf("%s stopped measuring: %v", what, err))
	}
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
	ctx, cancel := context.WithTimeout(ctx, m.patience)
	defer cancel()
	for _, name := range m.order {
		if err := m.series[name].Settle(ctx, before); err != nil && m.expired(ctx) {
			return nil // what is still missing will not come: judged without it
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (m *measurements) expired(ctx context.Context) bool {
	return context.Cause(ctx) == context.DeadlineExceeded //nolint:errorlint // the cause is compared, not an error chain
}

// summary is what every series measured in every phase.
func (m *measurements) summary() []event.Series {
	if m == nil {
		return nil
	}
	var out []event.Series
	for _, phase := range []resolve.Phase{resolve.PhaseBaseline, resolve.PhaseFault, resolve.PhaseRecovery} {
		for _, name := range m.order {
			w := m.series[name].Phase(string(phase))
			if w.Count() == 0 && w.Offered() == 0 {
				continue
			}
			out = append(out, event.Series{
				Name: name, Phase: string(phase), Count: w.Count(), SuccessRatio: w.SuccessRatio(),
				P50: w.Quantile(0.5).Seconds(), P99: w.Quantile(0.99).Seconds(), Max: w.Max().Seconds(),
			})
		}
	}
	return out
}

// delivered checks that enough of what was due during the fault is known: a
// system that was not under its load, or not looked at, has proven nothing.
func (m *measurements) delivered() {
	m.loadDelivered()
	for _, name := range m.order {
		w := m.series[name].Phase(string(resolve.PhaseFault))
		if m.loads[name] || float64(w.Lost()) <= (1-minDelivered)*float64(w.Offered()) {
			continue
		}
		m.x.result.add(verdict.Inconclusive, fmt.Sprintf(
			"%s could not measure %d of the %d times that were due during the fault (at least %.0f %% are needed): %s",
			name, w.Lost(), w.Offered(), 100*minDelivered, w.LostError()))
	}
}

// loadDelivered checks that the loads were offered as they were asked for.
func (m *measurements) loadDelivered() {
	for _, name := range slices.Sorted(maps.Keys(m.loads)) {
		w := m.series[name].Phase(string(resolve.PhaseFault))
		offered := w.Offered()
		switch {
		case offered == 0:
			m.x.result.add(verdict.Inconclusive, name+" offered no request during the fault")
		case float64(w.Count()) < minDelivered*float64(offered):
			m.x.result.add(verdict.Inconclusive, fmt.Sprintf(
				"%s sent only %d of the %d requests that were due during the fault (at least %.0f %% are needed)",
				name, w.Count(), offered, 100*minDelivered))
		}
	}
}
