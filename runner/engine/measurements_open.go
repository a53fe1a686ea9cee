package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/resolve"
)

func (m *measurements) openProbe(ctx context.Context, p *resolve.Probe) error {
	at := opening[sample.Task]{
		addr: p.Addr, body: p.Body, timeout: p.Timeout, from: p.From, kind: p.Type, fields: p.Type.SampleType(),
		here: func(ctx context.Context, r providers.OpenRequest) (sample.Task, providers.Diagnostics) {
			prober, diags := p.Type.Open(ctx, r)
			return sample.Task{Prober: prober}, diags
		},
		inside: func(place providers.WithInside, ctx context.Context, r providers.InsideRequest) (sample.Task, providers.Diagnostics) {
			streamer, diags := place.OpenProbe(ctx, r)
			return sample.Task{Streamer: streamer}, diags
		},
	}
	task, err := at.open(ctx, m.x)
	if err != nil {
		return err
	}
	task.Interval, task.Timeout = p.Interval, p.Timeout
	task.Series = sample.NewSeries(p.Addr.Local(), p.Type.SampleType(), m.x.lookback())
	m.add(task.Series, p.Timeout+delivery(p.From))
	m.tasks = append(m.tasks, task)
	return nil
}

func (m *measurements) openLoad(ctx context.Context, l *resolve.Load) error {
	at := opening[providers.Generator]{
		addr: l.Addr, body: l.Body, timeout: l.Timeout, from: l.From, kind: l.Type,
		here: l.Type.Open, inside: providers.WithInside.OpenLoad,
	}
	generator, err := at.open(ctx, m.x)
	if err != nil {
		return err
	}
	name := l.Addr.Local()
	m.add(sample.NewLoadSeries(name, m.x.lookback()).AnsweredWithin(l.Timeout), l.Timeout+delivery(l.From))
	m.loads[name] = true
	m.offers = append(m.offers, offer{name, generator})
	return nil
}

// opening is a probe or a load about to be opened as a T: here, or inside the
// experiment's environment.
type opening[T any] struct {
	addr    addr.Part
	body    resolve.Body
	timeout time.Duration
	from    string // empty for here
	kind    providers.Type
	fields  cty.Type // of a probe's samples

	here   func(context.Context, providers.OpenRequest) (T, providers.Diagnostics)
	inside func(providers.WithInside, context.Context, providers.InsideRequest) (T, providers.Diagnostics)
}

func (o opening[T]) open(ctx context.Context, x *experiment) (opened T, err error) {
	name := o.addr.Local()
	config, diags := o.body.Decode(nil)
	if diags.HasErrors() {
		return opened, fmt.Errorf("%s: %w", name, diags)
	}
	request := providers.OpenRequest{
		Address: o.addr.String(), Config: config, Environment: x.env, Dir: x.def.Dir, Timeout: o.timeout,
	}
	if o.from == "" {
		return ask(ctx, name, func(ctx context.Context) (T, providers.Diagnostics) { return o.here(ctx, request) })
	}
	place, err := x.inside(name)
	if err != nil {
		return opened, err
	}
	return ask(ctx, name, func(ctx context.Context) (T, providers.Diagnostics) {
		return o.inside(place, ctx, providers.InsideRequest{
			OpenRequest: request, Type: o.kind.TypeName(), Run: x.run.Run, Fields: o.fields, Targets: x.targets(),
		})
	})
}

// targets are those of all faults.
func (x *experiment) targets() []providers.Target {
	var all []providers.Target
	for _, f := range x.plan.Faults {
		all = append(all, f.Targets...)
	}
	return all
}
