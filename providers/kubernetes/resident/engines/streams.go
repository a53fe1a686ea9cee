package engines

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers/faultproxy/transparent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// streams leads connections through the stream and HTTP engine.
type streams struct{ tables }

func (e streams) Start(ctx context.Context, id string, deadline time.Time, raw json.RawMessage) (agent.Running, error) {
	asked, err := read[task.Streams](raw)
	if err != nil {
		return nil, err
	}
	e.tidy()
	if err := straight(asked.Scope, `Put the fault into the pods that are called, with direction = "ingress", if those are in no mesh, or choose one on packets`); err != nil {
		return nil, err
	}
	spec, peers := asked.For(id, deadline), newHosts(asked.Scope.Peers, asked.Hosts)
	if spec.Scope.Peers, err = peers.peers(ctx); err != nil {
		return nil, err
	}
	spec.Scope.Moving = len(asked.Hosts) > 0
	if err := aloneWithStreams(id, spec.Scope); err != nil {
		return nil, err
	}
	running, err := transparent.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	if err := aloneWithStreams(id, spec.Scope); err != nil { // another came at the same moment
		return nil, errors.Join(err, running.Close())
	}
	return &streamsRunning{engine: running, stop: peers.follow(spec.Scope.Peers, running.Update)}, nil
}

type streamsRunning struct {
	engine *transparent.Running
	stop   func() // the look-ups
}

// Close stops leading connections there; those that are there go on without a fault.
func (r *streamsRunning) Close() error {
	r.stop()
	return r.engine.Close()
}

// Drained is closed when the last of them has ended.
func (r *streamsRunning) Drained() <-chan struct{} { return r.engine.Done() }

// Failed is closed when there are more connections than the agent can lead; nobody is led there any
// more then.
func (r *streamsRunning) Failed() <-chan struct{} { return r.engine.Failed() }
func (r *streamsRunning) Why() error              { return r.engine.Why() }

func (r *streamsRunning) Facts() []wire.Fact {
	var facts []wire.Fact
	for _, rule := range r.engine.Stats().Rules {
		switch {
		case rule.Stats.Requests > 0:
			facts = append(facts, wire.Fact{
				Name: "requests_hit", Text: fmt.Sprintf("%s: %d requests", rule.Rule.Kind, rule.Stats.Requests), Value: float64(rule.Stats.Requests), Unit: "requests",
			})
		case rule.Stats.Connections > 0:
			facts = append(facts, wire.Fact{
				Name: "connections_hit", Text: fmt.Sprintf("%s: %d connections", rule.Rule.Kind, rule.Stats.Connections), Value: float64(rule.Stats.Connections), Unit: "connections",
			})
		}
	}
	return facts
}

// neverFails is for what works until it is closed.
type neverFails struct{}

func (neverFails) Failed() <-chan struct{} { return nil }
func (neverFails) Why() error              { return nil }
