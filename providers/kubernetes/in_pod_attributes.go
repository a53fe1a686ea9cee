package kubernetes

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/schema"
)

// The attributes that several faults inside pods share, by the field's own names.

// percentOf is the share of what is hit.
func percentOf(what string) schema.Attribute {
	return schema.Attribute{
		Name: "percent", Type: percent(), Default: cty.NumberIntVal(100), Min: schema.Number(0),
		Description: "Share of " + what + " that is hit, in percent.",
	}
}

// shareAttribute is the share of packets that is hit.
func shareAttribute() schema.Attribute {
	return schema.Attribute{Name: "percent", Type: percent(), Required: true, Example: "10", Description: "Share of the packets, each by a choice of its own."}
}

func correlationAttribute() schema.Attribute {
	return schema.Attribute{
		Name: "correlation", Type: percent(), Default: cty.NumberIntVal(0),
		Description: "How much each choice follows the one before, in percent, as netem defines it.",
	}
}

// scopeAttributes say which packets of a pod are meant.
func scopeAttributes() []schema.Attribute {
	return []schema.Attribute{
		{
			Name: "direction", Type: text(), Default: cty.StringVal(egress), OneOf: []string{ingress, egress, both},
			Description: "ingress is what comes to the pod, egress what it sends.",
		},
		{Name: "protocol", Type: text(), OneOf: []string{"tcp", "udp", "icmp"}, Description: "Only packets of this protocol."},
		{Name: "source_ports", Type: texts(), Description: "Only packets from these ports, or ranges of them. Without protocol, of tcp and udp.", Example: `["8080", "9000-9100"]`},
		{Name: "destination_ports", Type: texts(), Description: "Only packets to these ports, or ranges of them. Without protocol, of tcp and udp.", Example: `["5432"]`},
		{Name: "device", Type: text(), Description: "Only this network device of the pod. Without it, all but the loopback device.", Example: `"eth0"`},
	}
}

// endsBlock names the other ends.
func endsBlock() schema.NestedBlock {
	block := &schema.Block{
		Description: "The other ends of the traffic that is hit: pods that are selected as in a target block, and besides them services, networks and hosts. Without this block, all. Pods and services are taken as they are when the fault begins.",
		Exclusive:   [][]string{{"namespace", "namespaces"}},
	}
	for _, a := range target.Block(target.Pod).Block.Attributes {
		if !isPeerless(a.Name) {
			block.Attributes = append(block.Attributes, a)
		}
	}
	block.Attributes = append(block.Attributes,
		schema.Attribute{Name: "services", Type: texts(), Description: "Services as namespace/name: their own addresses, and those of the pods behind them.", Example: `["shop/ledger"]`},
		schema.Attribute{Name: "cidrs", Type: texts(), Description: "Networks or single addresses.", Example: `["10.0.0.0/8"]`},
		schema.Attribute{Name: "hosts", Type: texts(), Description: "Host names, which the agent looks up in the pod, again every 5 s while the fault lasts.", Example: `["api.example.com"]`},
	)
	return schema.NestedBlock{Name: "to", Nesting: schema.Single, Block: block}
}

// requestAttributes select requests.
func requestAttributes() []schema.Attribute {
	return []schema.Attribute{
		portAttribute(),
		{Name: "path", Type: text(), Description: "Glob over the path without the query: * within a segment, ** across segments, ? one character. Without it, any.", Example: `"/api/**"`},
		{Name: "method", Type: text(), Description: "The method. Without it, any.", Example: `"POST"`},
		{Name: "request_headers", Type: textMap(), Description: "Headers that must be there, by name, with a glob over the value.", Example: `{ "x-user" = "test-*" }`},
		percentOf("the matching requests"),
	}
}

func portAttribute() schema.Attribute {
	return schema.Attribute{
		Name: "port", Type: integer(), Required: true, Min: schema.Number(1), Max: schema.Number(65535), Example: "8080",
		Description: "The port that the requests go to: of the pod itself, or with direction = \"egress\" of whom it asks.",
	}
}

// streamDirection says whose requests are meant.
func streamDirection() schema.Attribute {
	return schema.Attribute{
		Name: "direction", Type: text(), Default: cty.StringVal(ingress), OneOf: []string{ingress, egress},
		Description: "ingress is what the pod is asked, egress what it asks others. The latter is refused in a pod that redirects what it sends, as one of a mesh does.",
	}
}

// containerAttribute names the container whose processes or files are meant.
func containerAttribute() schema.Attribute {
	return schema.Attribute{Name: "container", Type: text(), Required: true, Example: `"app"`, Description: "Name of the container."}
}
