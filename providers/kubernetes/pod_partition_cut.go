package kubernetes

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Directions of traffic, from where the pods stand.
const (
	ingress = "ingress"
	egress  = "egress"
	both    = "both"
)

const lastPort = 65535

// cut is what a partition takes away.
type cut struct {
	ingress, egress bool
	from, to        *peers // nil is everybody
	ports           []int  // none is all
	protocol        corev1.Protocol
}

// peers are those at the other side: pods, or addresses.
type peers struct {
	labels     map[string]string
	namespaces []string
	cidrs      []string
}

func cutOf(values schema.Values) cut {
	direction := values.String("direction")
	c := cut{
		ingress: direction != egress, egress: direction != ingress,
		from: peersOf(values, "from"), to: peersOf(values, "to"), protocol: corev1.Protocol(values.String("protocol")),
	}
	if values.Known("destination_ports") {
		for _, port := range values.Attr("destination_ports").AsValueSlice() {
			if port.IsKnown() && !port.IsNull() {
				n, _ := port.AsBigFloat().Int64()
				c.ports = append(c.ports, int(n))
			}
		}
	}
	return c
}

func peersOf(values schema.Values, name string) *peers {
	if !values.Has(name) {
		return nil
	}
	block := values.Block(name)
	return &peers{labels: block.StringMap("labels"), namespaces: block.Strings("namespaces"), cidrs: block.Strings("cidrs")}
}

func checkPorts(values schema.Values) providers.Diagnostics {
	for _, port := range cutOf(values).ports {
		if port < 1 || port > lastPort {
			return providers.Errorf(cty.GetAttrPath("destination_ports"), "Not a port", "Expected numbers from 1 to %d, found %d.", lastPort, port)
		}
	}
	return nil
}

func checkPeers(values schema.Values, name string) providers.Diagnostics {
	if !values.Has(name) || !values.Block(name).WhollyKnown() {
		return nil
	}
	p := peersOf(values, name)
	if len(p.labels)+len(p.namespaces)+len(p.cidrs) == 0 {
		return providers.Errorf(cty.GetAttrPath(name), "Nobody named", "Expected labels, namespaces or cidrs in %s. Leave the block out to cut everybody off.", name)
	}
	for _, text := range p.cidrs {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return providers.Errorf(cty.GetAttrPath(name).GetAttr("cidrs"), "Not a network", "Expected addresses with the length of a prefix, such as \"203.0.113.0/24\"; found %q.", text)
		}
		if prefix.Bits() == 0 {
			return providers.Errorf(cty.GetAttrPath(name).GetAttr("cidrs"), "All addresses", "%q is everybody. Leave the block %s out for that.", text, name)
		}
	}
	return nil
}

// text is the effect in words.
func (c cut) text() string {
	var parts []string
	if c.ingress {
		parts = append(parts, "is not reached from "+c.from.text())
	}
	if c.egress {
		parts = append(parts, "does not reach "+c.to.text())
	}
	text := "each pod " + strings.Join(parts, " and ")
	if len(c.ports) > 0 {
		var ports []string
		for _, port := range c.ports {
			ports = append(ports, strconv.Itoa(port))
		}
		text += fmt.Sprintf(", at %s port %s", c.protocol, strings.Join(ports, ", "))
	}
	return text
}

func (p *peers) text() string {
	switch {
	case p == nil:
		return "anybody"
	case len(p.cidrs) > 0:
		return strings.Join(p.cidrs, ", ")
	}
	text := "pods"
	if len(p.labels) > 0 {
		var pairs []string
		for _, key := range sortedKeys(p.labels) {
			pairs = append(pairs, key+"="+p.labels[key])
		}
		text += " with " + strings.Join(pairs, ",")
	}
	if len(p.namespaces) > 0 {
		text += " in " + strings.Join(p.namespaces, ", ")
	}
	return text + " (and what is no pod)"
}
