package kubernetes

import (
	"context"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// Observe reads the claim, every step and the targets back.
func (f *fault) Observe(ctx context.Context, record providers.Record) (providers.Observation, error) {
	seen, err := f.seen(ctx, record)
	if err != nil {
		return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
	}
	return seen, nil
}

func (f *fault) seen(ctx context.Context, record providers.Record) (providers.Observation, error) {
	s, r, err := f.open(record)
	if err != nil {
		return providers.Observation{}, err
	}
	_, claimed, err := s.claims().Stands(ctx, r.claim(record))
	if err != nil {
		return providers.Observation{}, err
	}
	l := look{session: s, record: record, steps: r.Steps, nodes: r.Nodes, pods: r.Pods, data: r.Data}
	if !claimed || l.void() {
		return f.remains(ctx, l)
	}
	findings, err := f.observe(ctx, l)
	if err != nil {
		return providers.Observation{}, err
	}
	o := sum(findings)
	if o.State == providers.Absent { // what was claimed and not done
		o = providers.Observation{State: providers.Partial, Detail: joined("its targets are claimed", o.Detail)}
	}
	if r.Hunts {
		err = s.tellAdded(ctx, r.claim(record), &o)
	}
	return o, err
}

// tellAdded adds to an observation which pods became targets since the fault began. It is
// no evidence where the first targets show none.
func (s *session) tellAdded(ctx context.Context, c claim.Claim, o *providers.Observation) error {
	whole, err := s.claims().Whole(ctx, c)
	if err != nil {
		return err
	}
	var names []string
	for _, t := range whole.Targets[len(c.Targets):] {
		names = append(names, t.Name)
	}
	if len(names) == 0 {
		return nil
	}
	text := "became targets as they appeared: " + strings.Join(names, ", ")
	if len(o.Evidence) == 0 {
		o.Detail = joined(o.Detail, text)
		return nil
	}
	o.Evidence = append(o.Evidence, providers.Fact{Name: "targets_added", Text: text, Value: float64(len(names)), Unit: "pods"})
	return nil
}

// void reports whether a claim says nothing any more: its deadline has passed, and
// there is nothing in it to undo. It locks nobody out.
func (l look) void() bool {
	return len(l.steps)+len(l.nodes) == 0 && !time.Now().Before(l.record.Deadline)
}

// remains is the observation of a fault that holds no claim: nothing of it may be
// left. Where nothing is, the cluster may have something to do by itself.
func (f *fault) remains(ctx context.Context, l look) (providers.Observation, error) {
	o := providers.Observation{State: providers.Absent}
	left, err := l.left(ctx)
	if err != nil {
		return o, err
	}
	for _, what := range left {
		o.State, o.Detail = providers.Partial, joined(o.Detail, what+" is still changed")
	}
	if o.State == providers.Absent {
		o.Detail, err = f.settled(ctx, l)
		if o.Detail != "" {
			o.State = providers.Partial
		}
	}
	if s, is := f.behavior.(settler); is && err == nil && o.State == providers.Absent {
		o.Detail, err = s.settling(ctx, l)
		if o.Detail != "" {
			o.State, o.Settling = providers.Partial, true
		}
	}
	return o, err
}

// sum puts the findings on all targets together. There is evidence only when
// every target has shown an effect: one silent target leaves the fault unproven.
func sum(findings []finding) providers.Observation {
	var o providers.Observation
	active, absent, silent := 0, 0, 0
	for _, f := range findings {
		switch f.state {
		case providers.Active:
			active++
		case providers.Absent:
			absent++
		}
		if len(f.facts) == 0 {
			silent++
		}
		o.Evidence = append(o.Evidence, f.facts...)
		if f.detail != "" {
			o.Detail = joined(o.Detail, f.target+": "+f.detail)
		}
	}
	if silent > 0 {
		o.Evidence = nil
	}
	switch len(findings) {
	case absent:
		return providers.Observation{State: providers.Absent, Detail: o.Detail}
	case active:
		o.State = providers.Active
	default:
		o.State = providers.Partial
	}
	return o
}

func joined(before, more string) string {
	if before == "" || more == "" {
		return before + more
	}
	return before + "; " + more
}

// left are the objects on which something of the fault still is.
func (l look) left(ctx context.Context) ([]string, error) {
	var left []string
	for _, step := range l.steps {
		state, err := l.session.API.State(ctx, l.record.ID, step)
		if err != nil {
			return nil, err
		}
		if state != undo.Absent {
			left = append(left, step.Path)
		}
	}
	return left, nil
}
