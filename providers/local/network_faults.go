package local

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/schema"
)

func networkDelay() linkFault {
	return linkFault{
		name: "local_network_delay",
		doc:  "Delays what passes through links: every chunk of bytes arrives later, in order.",
		attributes: append(delayAttributes(),
			directionAttribute(faultproxy.Egress, "By default egress, so that a round trip gains the latency once.")),
		rule: func(v schema.Values) faultproxy.Rule {
			rule := delayRule(v)
			rule.Kind, rule.Direction = faultproxy.Delay, direction(v)
			return rule
		},
		effect:   func(r faultproxy.Rule) string { return "adds " + delayText(r) + " to what passes, " + way(r.Direction) },
		evidence: facts("delayed"),
	}
}

func networkBandwidth() linkFault {
	return linkFault{
		name: "local_network_bandwidth",
		doc:  "Limits the bandwidth of links. All connections through a link share it, each direction by itself.",
		attributes: []schema.Attribute{
			{Name: "rate", Type: schema.Type{Kind: schema.Rate}, Required: true, Example: `"1mbit"`, Description: "Bits per second."},
			{Name: "buffer", Type: size(), Description: "What may pass at once after a pause. By default as much as the rate gives in 10 ms, at least 1600 bytes."},
			directionAttribute(faultproxy.Both, "By default both."),
		},
		rule: func(v schema.Values) faultproxy.Rule {
			return faultproxy.Rule{Kind: faultproxy.Bandwidth, Rate: v.Rate("rate"), Buffer: v.Size("buffer"), Direction: direction(v)}
		},
		effect: func(r faultproxy.Rule) string {
			return "limits the link to " + schema.FormatRate(r.Rate) + ", " + way(r.Direction)
		},
		evidence: facts("throttled"),
	}
}

func networkPartition() linkFault {
	return linkFault{
		name:       "local_network_partition",
		doc:        "Lets nothing pass through links. Connections stay open and wait, as they do when a cable is cut.",
		attributes: []schema.Attribute{directionAttribute(faultproxy.Both, "By default both.")},
		rule: func(v schema.Values) faultproxy.Rule {
			return faultproxy.Rule{Kind: faultproxy.Partition, Direction: direction(v)}
		},
		effect:   func(r faultproxy.Rule) string { return "lets nothing pass, " + way(r.Direction) },
		evidence: facts("held"),
	}
}

func tcpReset() linkFault {
	return linkFault{
		name: "local_tcp_reset",
		doc:  "Ends connections through links with a TCP reset, open ones and new ones.",
		attributes: []schema.Attribute{{
			Name: "probability", Type: schema.Type{Kind: schema.Ratio}, Default: cty.NumberIntVal(1),
			Description: "Chance of each connection to be reset, 0 to 1.",
		}},
		rule: func(v schema.Values) faultproxy.Rule {
			return faultproxy.Rule{Kind: faultproxy.Reset, Probability: v.Float("probability")}
		},
		effect: func(r faultproxy.Rule) string {
			if r.Probability >= 1 {
				return "resets every connection"
			}
			return fmt.Sprintf("resets each connection with a chance of %g", r.Probability)
		},
		evidence: func(s faultproxy.Stats) []providers.Fact {
			return []providers.Fact{{
				Name: "connections_reset", Text: count(int(s.Connections), "connection", "connections") + " reset",
				Value: float64(s.Connections), Unit: "connections",
			}}
		},
	}
}

// delayAttributes are those of every fault that delays.
func delayAttributes() []schema.Attribute {
	return []schema.Attribute{
		{Name: "latency", Type: duration(), Required: true, Example: `"300ms"`, Description: "How much later."},
		{Name: "jitter", Type: duration(), Description: "Each delay is uniform within latency ± jitter, never below zero."},
		{Name: "correlation", Type: percent(), Description: "How much a delay follows the one before, in percent, as netem defines it."},
	}
}

func delayRule(v schema.Values) faultproxy.Rule {
	return faultproxy.Rule{Latency: v.Duration("latency"), Jitter: v.Duration("jitter"), Correlation: v.Float("correlation")}
}

func delayText(r faultproxy.Rule) string {
	text := schema.FormatDuration(r.Latency.Seconds())
	if r.Jitter > 0 {
		text += " ± " + schema.FormatDuration(r.Jitter.Seconds())
	}
	return text
}

// way says in words where a rule acts.
func way(d faultproxy.Direction) string {
	switch d {
	case faultproxy.Egress:
		return "on the way to where the link leads"
	case faultproxy.Ingress:
		return "on the way back"
	default:
		return "both ways"
	}
}
