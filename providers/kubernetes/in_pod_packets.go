package kubernetes

import (
	"context"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/packetfault"
	"github.com/gameday-dev/gameday/providers/schema"
)

// packetFault is an inPod that acts on packets: what it does to them, and which
// effects of the engine that is.
func packetFault(name, doc string, own []schema.Attribute, effect func(schema.Values) string, fill func(schema.Values, *packetfault.Spec)) inPod {
	return inPod{
		name: name, doc: doc, attributes: append(own, scopeAttributes()...), blocks: []schema.NestedBlock{endsBlock()},
		profile: resident.Network, engine: task.PacketsEngine,
		spec: func(ctx context.Context, at site) (spec, error) {
			scope, hosts, err := at.scope(ctx)
			asked := task.Packets{Spec: packetfault.Spec{Scope: scope, Seed: uint64(at.seed)}, Hosts: hosts}
			fill(at.config, &asked.Spec)
			return asked, err
		},
		effect: func(v schema.Values) string {
			var s packetfault.Spec
			fill(v, &s)
			return fmt.Sprintf("%s %s (%s)", effect(v), scopeText(v), mechanisms()[s.Mechanism()])
		},
		radius: func(p planning) []string { return kubeletToo(p.config) },
	}
}

// mechanisms say in a plan how packets are reached.
func mechanisms() map[string]string {
	return map[string]string{"nftables": "dropped by the pod's kernel", "nfqueue": "through a queue (NFQUEUE) to the agent"}
}

// kubeletToo tells that probes of the kubelet count as traffic: a pod may be restarted
// for them.
func kubeletToo(v schema.Values) []string {
	if v.String("direction") == egress || v.Has("to") {
		return nil
	}
	return []string{"probes of the kubelet come in as everything does: what they don't survive restarts the container or takes it off its services"}
}

// scopeText is which packets, for plans: "of tcp that go out to port 5432, of the peers in to".
func scopeText(v schema.Values) string {
	text := "of packets"
	if protocol := v.String("protocol"); protocol != "" {
		text = "of " + protocol + " packets"
	}
	text += map[string]string{ingress: " that come in", egress: " that go out", both: " in both directions"}[v.String("direction")]
	if ports := v.Strings("source_ports"); len(ports) > 0 {
		text += " from ports " + strings.Join(ports, ", ")
	}
	if ports := v.Strings("destination_ports"); len(ports) > 0 {
		text += " to ports " + strings.Join(ports, ", ")
	}
	if v.Has("to") {
		text += ", of the peers in to"
	}
	return text
}

func networkDelay() inPod {
	return packetFault("kubernetes_network_delay", "Delays packets of pods. Up to 65,536 packets or 64 MiB wait in each pod; what comes beyond them is not delayed, and none are lost.",
		[]schema.Attribute{
			{Name: "latency", Type: duration(), Required: true, Example: `"100ms"`, Description: "How much later each packet arrives. With direction = \"both\", a round trip gains it twice."},
			{Name: "jitter", Type: duration(), Default: cty.StringVal("0s"), Description: "Each delay is uniform within latency ± jitter, as netem's is. Packets may overtake each other."},
			correlationAttribute(),
			{Name: "reorder_percent", Type: percent(), Default: cty.NumberIntVal(0), Description: "Share of packets that pass at once, ahead of those that wait."},
			{Name: "gap", Type: integer(), Default: cty.NumberIntVal(0), Min: schema.Number(0), Description: "Of this many packets one has the chance of reorder_percent; 0 for every packet."},
		},
		func(v schema.Values) string {
			if j := v.Duration("jitter"); j > 0 {
				return fmt.Sprintf("delays by %s ± %s each", v.Duration("latency"), j)
			}
			return fmt.Sprintf("delays by %s each", v.Duration("latency"))
		},
		func(v schema.Values, s *packetfault.Spec) {
			s.Delay = &packetfault.Delay{
				Latency: v.Duration("latency"), Jitter: v.Duration("jitter"), Correlation: v.Float("correlation"),
				ReorderPercent: v.Float("reorder_percent"), Gap: v.Int("gap"),
			}
		})
}

// shareFault is a packetFault on a share of all packets.
func shareFault(name, doc, verb string, fill func(*packetfault.Spec, *packetfault.Share)) inPod {
	return packetFault(name, doc, []schema.Attribute{shareAttribute(), correlationAttribute()},
		func(v schema.Values) string { return fmt.Sprintf("%s %g %%", verb, v.Float("percent")) },
		func(v schema.Values, s *packetfault.Spec) {
			fill(s, &packetfault.Share{Percent: v.Float("percent"), Correlation: v.Float("correlation")})
		})
}

func networkLoss() inPod {
	return shareFault("kubernetes_network_loss", "Loses a share of the packets of pods.", "loses",
		func(s *packetfault.Spec, share *packetfault.Share) { s.Loss = share })
}

func networkCorrupt() inPod {
	return shareFault("kubernetes_network_corrupt", "Flips one bit in a share of the packets of pods, so that the receiver finds them damaged.", "damages",
		func(s *packetfault.Spec, share *packetfault.Share) { s.Corrupt = share })
}

func networkDuplicate() inPod {
	return shareFault("kubernetes_network_duplicate", "Sends a share of the packets of pods twice.", "sends twice",
		func(s *packetfault.Spec, share *packetfault.Share) { s.Duplicate = share })
}

func networkBandwidth() inPod {
	return packetFault("kubernetes_network_bandwidth", "Limits the bandwidth of pods, by a token bucket as tc-tbf(8) has it.",
		[]schema.Attribute{
			{Name: "rate", Type: schema.Type{Kind: schema.Rate}, Required: true, Example: `"1mbit"`, Description: "Bits per second, in each pod."},
			{Name: "limit", Type: size(), Description: "How much may wait for its turn; what is beyond it is dropped. By default as much as the rate gives in 100 ms, at least 64 KiB. No more than 64,512 packets or 64 MiB wait in each pod."},
			{Name: "buffer", Type: size(), Description: "What may pass at once after a pause. By default as much as the rate gives in 10 ms, at least 3200 bytes. Packets that are larger wait for what is missing."},
		},
		func(v schema.Values) string { return fmt.Sprintf("lets %s pass", v.String("rate")) },
		func(v schema.Values, s *packetfault.Spec) {
			s.Bandwidth = &packetfault.Bandwidth{Rate: uint64(v.Rate("rate")), Limit: int(v.Size("limit")), Buffer: int(v.Size("buffer"))}
		})
}

func networkPartition() inPod {
	return packetFault("kubernetes_network_partition", "Drops all packets of pods, or all between them and the peers in to, whatever the cluster's network plugin enforces.", nil,
		func(schema.Values) string { return "drops all" },
		func(_ schema.Values, s *packetfault.Spec) { s.Partition = true })
}
