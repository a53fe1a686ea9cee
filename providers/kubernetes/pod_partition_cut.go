package kubernetes

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

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

// spec is the policy: it isolates the labelled pods and allows what is not cut.
func (c cut) spec(namespace, id string) networkingv1.NetworkPolicySpec {
	spec := networkingv1.NetworkPolicySpec{PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{labelPartition: id}}}
	if c.ingress {
		spec.PolicyTypes = append(spec.PolicyTypes, networkingv1.PolicyTypeIngress)
		for _, rule := range c.allowed(c.from, namespace) {
			spec.Ingress = append(spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: rule.peers, Ports: rule.ports})
		}
	}
	if c.egress {
		spec.PolicyTypes = append(spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		for _, rule := range c.allowed(c.to, namespace) {
			spec.Egress = append(spec.Egress, networkingv1.NetworkPolicyEgressRule{To: rule.peers, Ports: rule.ports})
		}
	}
	return spec
}

// allowance is one rule of a policy; without peers it is for everybody, without
// ports for all of them.
type allowance struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

// allowed is what is left when peers are cut off at ports: the others at every
// port, and everybody at the other ports.
func (c cut) allowed(p *peers, namespace string) []allowance {
	var rules []allowance
	if p != nil {
		rules = append(rules, allowance{peers: p.others(namespace)})
	}
	if len(c.ports) > 0 {
		rules = append(rules, allowance{ports: c.otherPorts()})
	}
	return rules
}

// others are all that are not the peers.
func (p *peers) others(namespace string) []networkingv1.NetworkPolicyPeer {
	if len(p.cidrs) > 0 {
		return p.otherAddresses()
	}
	namespaces := p.namespaces
	if len(namespaces) == 0 {
		namespaces = []string{namespace}
	}
	out := []networkingv1.NetworkPolicyPeer{{NamespaceSelector: selecting(corev1.LabelMetadataName, metav1.LabelSelectorOpNotIn, namespaces)}}
	for _, key := range sortedKeys(p.labels) {
		out = append(out, networkingv1.NetworkPolicyPeer{
			NamespaceSelector: selecting(corev1.LabelMetadataName, metav1.LabelSelectorOpIn, namespaces),
			PodSelector:       selecting(key, metav1.LabelSelectorOpNotIn, []string{p.labels[key]}),
		})
	}
	return out
}

func selecting(key string, operator metav1.LabelSelectorOperator, values []string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: key, Operator: operator, Values: values}}}
}

// otherAddresses are every pod, and every address but those.
func (p *peers) otherAddresses() []networkingv1.NetworkPolicyPeer {
	four := &networkingv1.IPBlock{CIDR: "0.0.0.0/0"}
	six := &networkingv1.IPBlock{CIDR: "::/0"}
	for _, text := range p.cidrs {
		prefix, err := netip.ParsePrefix(text)
		switch {
		case err != nil: // refused by validate
		case prefix.Addr().Is4():
			four.Except = append(four.Except, prefix.Masked().String())
		default:
			six.Except = append(six.Except, prefix.Masked().String())
		}
	}
	return []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}, {IPBlock: four}, {IPBlock: six}}
}

// otherPorts are all of other protocols, and of this one the ranges in between.
func (c cut) otherPorts() []networkingv1.NetworkPolicyPort {
	var out []networkingv1.NetworkPolicyPort
	for _, protocol := range []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP} {
		if protocol != c.protocol {
			out = append(out, portRange(protocol, 1, lastPort))
		}
	}
	first := 1
	for _, port := range slices.Compact(slices.Sorted(slices.Values(c.ports))) {
		if first < port {
			out = append(out, portRange(c.protocol, first, port-1))
		}
		first = port + 1
	}
	if first <= lastPort {
		out = append(out, portRange(c.protocol, first, lastPort))
	}
	return out
}

func portRange(protocol corev1.Protocol, first, last int) networkingv1.NetworkPolicyPort {
	port, end := intstr.FromInt32(int32(first)), int32(last) //nolint:gosec // both are ports
	return networkingv1.NetworkPolicyPort{Protocol: &protocol, Port: &port, EndPort: &end}
}
