package kubernetes

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

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
