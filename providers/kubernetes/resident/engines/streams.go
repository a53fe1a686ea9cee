package engines

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/gameday-dev/gameday/providers/faultproxy/transparent"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// streams leads connections through the stream and HTTP engine.
type streams struct{ tables }

// Start listens before any connection is led there.
func (e streams) Start(ctx context.Context, id string, deadline time.Time, raw json.RawMessage) (agent.Running, error) {
	asked, err := read[task.Streams](raw)
	if err != nil {
		return nil, err
	}
	e.tidy()
	peers := newHosts(asked.Scope.Peers, asked.Hosts)
	if asked.Scope.Peers, err = peers.peers(ctx); err != nil {
		return nil, err
	}
	engine, err := transparent.Start(ctx, asked.For(deadline))
	if err != nil {
		return nil, err
	}
	table, err := redirect(asked, id, deadline, engine.Addr())
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return &streamsRunning{engine: engine, table: table, stop: peers.follow(asked.Scope.Peers, table.Update)}, nil
}

func redirect(asked task.Streams, id string, deadline time.Time, address string) (*firewall.Table, error) {
	listens, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("read the engine's address: %w", err)
	}
	return firewall.Install(asked.Redirect(id, deadline, listens.Port()))
}

type streamsRunning struct {
	neverFails

	engine *transparent.Running
	table  *firewall.Table
	stop   func() // the look-ups
}

// Close stops leading connections there; those that are there go on without a fault.
func (r *streamsRunning) Close() error {
	r.stop()
	return errors.Join(r.table.Retire(), r.engine.Close())
}

// Drained is closed when the last of them has ended.
func (r *streamsRunning) Drained() <-chan struct{} { return r.engine.Done() }

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
