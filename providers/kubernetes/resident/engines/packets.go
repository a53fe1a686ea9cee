package engines

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
	"github.com/gameday-dev/gameday/providers/packetfault"
)

// packets delays, loses, changes and drops packets.
type packets struct{ tables }

func (e packets) Start(ctx context.Context, id string, deadline time.Time, raw json.RawMessage) (agent.Running, error) {
	asked, err := read[task.Packets](raw)
	if err != nil {
		return nil, err
	}
	e.tidy()
	spec, peers := asked.For(id, deadline), newHosts(asked.Scope.Peers, asked.Hosts)
	if spec.Scope.Peers, err = peers.peers(ctx); err != nil {
		return nil, err
	}
	running, err := packetfault.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	return &packetsRunning{running, peers.follow(spec.Scope.Peers, running.Update)}, nil
}

type packetsRunning struct {
	*packetfault.Running

	stop func() // the look-ups
}

func (r *packetsRunning) Close() error {
	r.stop()
	return r.Running.Close()
}

func (r *packetsRunning) Why() error { return r.Err() }

func (r *packetsRunning) Facts() []wire.Fact { return packetFacts(r.Stats()) }

// packetFacts are what has been done to packets, each where it was done to any. What passed unharmed is no evidence; it
// is among the packets that the kernel's rules have matched.
func packetFacts(s packetfault.Stats) []wire.Fact {
	matched := max(s.Seen, s.Matched.Total().Packets)
	var facts []wire.Fact
	for _, f := range []struct {
		name, text string
		count      uint64
	}{
		{"packets_delayed", "delayed", s.Delayed},
		{"packets_dropped", "dropped", s.Dropped},
		{"packets_corrupted", "corrupted", s.Corrupted},
		{"packets_duplicated", "sent twice", s.Duplicated},
		{"packets_reordered", "reordered", s.Reordered},
	} {
		if f.count > 0 {
			text := fmt.Sprintf("%d of %d packets %s", f.count, max(matched, f.count), f.text)
			if f.name == "packets_delayed" {
				text += fmt.Sprintf(", by %.1f ms on average", s.TimeHeld.Seconds()*1000/float64(f.count))
			}
			facts = append(facts, wire.Fact{Name: f.name, Text: text, Value: float64(f.count), Unit: "packets"})
		}
	}
	return facts
}
