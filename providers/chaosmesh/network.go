package chaosmesh

import (
	"fmt"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Directions, as gameday has them; by Chaos Mesh's own names they are to, from and both.
const (
	egress  = "egress"
	ingress = "ingress"
	both    = "both"
)

// partition is the action that drops everything.
const partition = "partition"

// networkFaults are NetworkChaos.
func networkFaults() []kubernetes.Operated {
	return []kubernetes.Operated{
		gapped(netem("delay", "Delays packets of pods.", delayAttributes(), delayOf, func(v schema.Values) string {
			return fmt.Sprintf("delays packets by %s ± %s", v.Duration("latency"), v.Duration("jitter"))
		})),
		netem("loss", "Drops packets of pods.", shared(), share("loss"), percentOf("drops %g %% of the packets")),
		netem("corrupt", "Changes single bits in packets of pods.", shared(), share("corrupt"), percentOf("corrupts %g %% of the packets")),
		netem("duplicate", "Sends packets of pods twice.", shared(), share("duplicate"), percentOf("duplicates %g %% of the packets")),
		netem("bandwidth", "Limits how fast pods send.", bandwidthAttributes(), bandwidthOf, func(v schema.Values) string {
			return "limits each pod to " + v.String("rate")
		}),
		network(partition, "Cuts pods off from others.", nil, func(kubernetes.OperatedRequest) object { return nil }, func(schema.Values) string {
			return "drops every packet between each pod and the other ends"
		}, bounded),
	}
}

// netem are those that Linux's own queueing disciplines do, in a direction that has to be told apart by its other end.
func netem(action, doc string, attributes []schema.Attribute, parameters func(kubernetes.OperatedRequest) object, effect func(schema.Values) string) kubernetes.Operated {
	return network(action, doc, attributes, parameters, effect, netemEnds)
}

func network(
	action, doc string, attributes []schema.Attribute, parameters func(kubernetes.OperatedRequest) object,
	effect func(schema.Values) string, validate func(schema.Values) providers.Diagnostics,
) kubernetes.Operated {
	return kubernetes.Operated{
		Type: "chaosmesh_network_" + action, Description: doc, Resource: resource("NetworkChaos", "networkchaos"),
		Attributes: append(attributes,
			schema.Attribute{
				Name: "direction", Type: text(), Default: cty.StringVal(egress), OneOf: []string{ingress, egress, both},
				Description: "ingress is what comes to the pod, egress what it sends.",
			},
			schema.Attribute{Name: "device", Type: text(), Example: `"eth0"`, Description: "The network device of the pods at which they send; eth0 without it."},
		),
		Peers: true, Apart: action != partition, Network: true, Evidence: kubernetes.EvidenceByCommand, Validate: validate, Effect: effect,
		Reaches: func(v schema.Values) bool { return action == partition || v.String("direction") != egress },
		Spec: func(r kubernetes.OperatedRequest) map[string]any {
			spec := base(r, object{"action": action, "direction": direction(r.Config)})
			if made := parameters(r); made != nil {
				spec[action] = made
			}
			set(spec, "device", r.Config, "device", r.Config.String)
			ends(spec, r)
			return spec
		},
	}
}

func direction(v schema.Values) string {
	return map[string]string{egress: "to", ingress: "from", both: "both"}[v.String("direction")]
}

// ends are the other ends: pods by name, and what is outside of the cluster or not a pod.
func ends(spec object, r kubernetes.OperatedRequest) {
	var outside []string
	for _, network := range r.Ends.Networks {
		outside = append(outside, network.String())
	}
	if outside = append(outside, r.Ends.Hosts...); len(outside) > 0 {
		spec["externalTargets"] = outside
	}
	if len(r.Ends.Pods) > 0 {
		spec["target"] = object{"mode": "all", "selector": object{"namespaces": slices.Sorted(maps.Keys(r.Ends.Pods)), "pods": r.Ends.Pods}}
	}
}

// netemEnds is what Chaos Mesh's own validation asks for, in our words, and what its controller would pass over.
func netemEnds(v schema.Values) providers.Diagnostics {
	diags := addresses(v)
	way := v.String("direction")
	if !v.Known("direction") || way == egress || !v.Attr("to").IsKnown() {
		return diags
	}
	block := v.Block("to")
	switch {
	case !v.Has("to"):
		return append(diags, providers.Errorf(cty.GetAttrPath("direction"), "No other end", "With direction = %q Chaos Mesh acts at the other end, so that it must be named: add a block \"to\" that selects pods.", way)...)
	case len(block.Strings("cidrs"))+len(block.Strings("hosts"))+len(block.Strings("services")) > 0:
		return append(diags, providers.Errorf(cty.GetAttrPath("direction"), "Not at networks and hosts",
			"With direction = %q Chaos Mesh acts at the other end, and there it can do so in pods only: leave services, cidrs and hosts out of \"to\", or set direction = \"egress\".", way)...)
	case v.Known("device"):
		return append(diags, providers.Errorf(cty.GetAttrPath("device"), "Not at the other end",
			"With direction = %q Chaos Mesh acts at eth0 of the other end, whatever the device: leave device out, or set direction = \"egress\".", way)...)
	}
	return diags
}

// addresses refuses those that Chaos Mesh takes and fails on: its sets are of IPv4, and know no network of everything.
func addresses(v schema.Values) providers.Diagnostics {
	networks, err := firewall.ParsePeers(v.Block("to").Strings("cidrs"))
	if err != nil {
		return providers.Errorf(cty.GetAttrPath("to").GetAttr("cidrs"), "Not a network", "%s.", err)
	}
	for i, network := range networks {
		if network.Addr().Is6() || network.Bits() == 0 {
			return providers.Errorf(cty.GetAttrPath("to").GetAttr("cidrs").IndexInt(i), "Not for Chaos Mesh",
				"Chaos Mesh knows networks of IPv4 only, and not all addresses as one network; found %s. To hit all traffic, leave the block out.", network)
		}
	}
	return nil
}

// bounded asks for the other ends of a partition where Chaos Mesh needs them.
func bounded(v schema.Values) providers.Diagnostics {
	if diags := addresses(v); diags.HasErrors() {
		return diags
	}
	if !v.Known("direction") || v.String("direction") == egress || !v.Attr("to").IsKnown() || v.Has("to") {
		return nil
	}
	return providers.Errorf(cty.GetAttrPath("direction"), "No other end", "With direction = %q Chaos Mesh needs to know the other end: add a block \"to\".", v.String("direction"))
}
