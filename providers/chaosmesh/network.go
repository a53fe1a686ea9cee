package chaosmesh

import (
	"fmt"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Directions, as gameday has them; by Chaos Mesh's own names they are to, from and both.
const (
	egress  = "egress"
	ingress = "ingress"
	both    = "both"
)

// networkFaults are NetworkChaos.
func networkFaults() []kubernetes.Operated {
	return []kubernetes.Operated{
		netem("delay", "Delays packets of pods.", delayAttributes(), delayOf, func(v schema.Values) string {
			return fmt.Sprintf("delays packets by %s ± %s", v.Duration("latency"), v.Duration("jitter"))
		}),
		netem("loss", "Drops packets of pods.", shared(), share("loss"), percentOf("drops %g %% of the packets")),
		netem("corrupt", "Changes single bits in packets of pods.", shared(), share("corrupt"), percentOf("corrupts %g %% of the packets")),
		netem("duplicate", "Sends packets of pods twice.", shared(), share("duplicate"), percentOf("duplicates %g %% of the packets")),
		netem("bandwidth", "Limits how fast pods send.", bandwidthAttributes(), bandwidthOf, func(v schema.Values) string {
			return "limits each pod to " + v.String("rate")
		}),
		network("partition", "Cuts pods off from others.", nil, func(kubernetes.OperatedRequest) object { return nil }, func(schema.Values) string {
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
			schema.Attribute{Name: "device", Type: text(), Example: `"eth0"`, Description: "Only this network device of the pod."},
		),
		Peers: true, Evidence: kubernetes.EvidenceByCommand, Validate: validate, Effect: effect,
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
	block := r.Config.Block("to")
	if !r.Config.Has("to") {
		return
	}
	if outside := append(block.Strings("cidrs"), block.Strings("hosts")...); len(outside) > 0 {
		spec["externalTargets"] = outside
	}
	if len(r.Peers) == 0 {
		return
	}
	spec["target"] = object{"mode": "all", "selector": object{"namespaces": slices.Sorted(maps.Keys(r.Peers)), "pods": r.Peers}}
}

// netemEnds is what Chaos Mesh's own validation asks for, in our words.
func netemEnds(v schema.Values) providers.Diagnostics {
	way := v.String("direction")
	if !v.Known("direction") || way == egress || !v.Attr("to").IsKnown() {
		return nil
	}
	block := v.Block("to")
	if !v.Has("to") {
		return providers.Errorf(cty.GetAttrPath("direction"), "No other end", "With direction = %q Chaos Mesh acts at the other end, so that it must be named: add a block \"to\" that selects pods.", way)
	}
	if len(block.Strings("cidrs"))+len(block.Strings("hosts")) > 0 {
		return providers.Errorf(cty.GetAttrPath("direction"), "Not at networks and hosts",
			"With direction = %q Chaos Mesh acts at the other end, and there it can do so in pods only: leave cidrs and hosts out of \"to\", or set direction = \"egress\".", way)
	}
	return nil
}

// bounded asks for the other ends of a partition where Chaos Mesh needs them.
func bounded(v schema.Values) providers.Diagnostics {
	if !v.Known("direction") || v.String("direction") == egress || !v.Attr("to").IsKnown() || v.Has("to") {
		return nil
	}
	return providers.Errorf(cty.GetAttrPath("direction"), "No other end", "With direction = %q Chaos Mesh needs to know the other end: add a block \"to\".", v.String("direction"))
}
