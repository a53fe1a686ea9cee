package kubernetes

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"pgregory.net/rapid"
)

// party is one side of a connection: a pod, or an address that is none.
type party struct {
	namespace string
	labels    map[string]string
	address   netip.Addr
}

func (p party) isPod() bool { return p.namespace != "" }

// cuts is the meaning of a cut, written down without policies.
func (c cut) cuts(p *peers, other party, port int, protocol corev1.Protocol, own string) bool {
	if len(c.ports) > 0 && (protocol != c.protocol || !slices.Contains(c.ports, port)) {
		return false
	}
	switch {
	case p == nil:
		return true
	case len(p.cidrs) > 0:
		return !other.isPod() && slices.ContainsFunc(p.cidrs, func(text string) bool { return netip.MustParsePrefix(text).Contains(other.address) })
	case !other.isPod():
		return true // a policy can only allow pods, or addresses
	}
	namespaces := p.namespaces
	if len(namespaces) == 0 {
		namespaces = []string{own}
	}
	return slices.Contains(namespaces, other.namespace) && labels.SelectorFromSet(p.labels).Matches(labels.Set(other.labels))
}

// allows is what Kubernetes says that a policy means.
func allows(rules []networkingv1.NetworkPolicyIngressRule, other party, port int, protocol corev1.Protocol) bool {
	return slices.ContainsFunc(rules, func(r networkingv1.NetworkPolicyIngressRule) bool {
		return (len(r.From) == 0 || slices.ContainsFunc(r.From, other.isPeer)) &&
			(len(r.Ports) == 0 || slices.ContainsFunc(r.Ports, func(p networkingv1.NetworkPolicyPort) bool {
				return *p.Protocol == protocol && p.Port.IntValue() <= port && port <= int(*p.EndPort)
			}))
	})
}

func (p party) isPeer(peer networkingv1.NetworkPolicyPeer) bool {
	if peer.IPBlock != nil {
		in := func(text string) bool { return netip.MustParsePrefix(text).Contains(p.address) }
		return !p.isPod() && in(peer.IPBlock.CIDR) && !slices.ContainsFunc(peer.IPBlock.Except, in)
	}
	return p.isPod() && selects(peer.NamespaceSelector, map[string]string{corev1.LabelMetadataName: p.namespace}) && selects(peer.PodSelector, p.labels)
}

func selects(s *metav1.LabelSelector, of map[string]string) bool {
	if s == nil {
		return true
	}
	selector, err := metav1.LabelSelectorAsSelector(s)
	return err == nil && selector.Matches(labels.Set(of))
}

// TestPolicyMeansTheCut: for any cut and any other side, the policy forbids what
// the cut takes away, and nothing else.
func TestPolicyMeansTheCut(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := cut{ingress: true, protocol: rapid.SampledFrom([]corev1.Protocol{"TCP", "UDP"}).Draw(r, "protocol")}
		c.ports = rapid.SliceOfN(rapid.SampledFrom([]int{1, 80, 81, 8080, 65535}), 0, 4).Draw(r, "ports")
		c.from = anyPeers(r)
		other := anyParty(r)
		port := rapid.SampledFrom([]int{1, 2, 79, 80, 81, 82, 8080, 65534, 65535}).Draw(r, "port")
		protocol := rapid.SampledFrom([]corev1.Protocol{"TCP", "UDP", "SCTP"}).Draw(r, "used")
		spec := c.spec("own", "id")
		require.Equal(r, []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}, spec.PolicyTypes)
		require.Equal(r, !c.cuts(c.from, other, port, protocol, "own"), allows(spec.Ingress, other, port, protocol), "%+v", spec.Ingress)
	})
}

func anyPeers(r *rapid.T) *peers {
	switch rapid.IntRange(0, 2).Draw(r, "peers") {
	case 0:
		return nil
	case 1:
		return &peers{cidrs: rapid.SliceOfN(rapid.SampledFrom([]string{"203.0.113.0/24", "10.0.0.0/8", "2001:db8::/32"}), 1, 3).Draw(r, "cidrs")}
	}
	return &peers{
		labels:     rapid.MapOfN(rapid.SampledFrom([]string{"app", "tier"}), rapid.SampledFrom([]string{"a", "b"}), 1, 2).Draw(r, "labels"),
		namespaces: rapid.SliceOfN(rapid.SampledFrom([]string{"own", "far"}), 0, 2).Draw(r, "namespaces"),
	}
}

func anyParty(r *rapid.T) party {
	if rapid.Bool().Draw(r, "address") {
		return party{address: netip.MustParseAddr(rapid.SampledFrom([]string{"203.0.113.9", "192.0.2.1", "10.1.1.1", "2001:db8::1", "2001:db9::1"}).Draw(r, "at"))}
	}
	return party{
		namespace: rapid.SampledFrom([]string{"own", "far", "third"}).Draw(r, "in"),
		labels:    rapid.MapOfN(rapid.SampledFrom([]string{"app", "tier", "x"}), rapid.SampledFrom([]string{"a", "b"}), 0, 3).Draw(r, "with"),
	}
}

func TestEverybodyIsCutOffByNoRules(t *testing.T) {
	spec := cut{ingress: true, egress: true}.spec("own", "id")
	assert.Empty(t, spec.Ingress)
	assert.Empty(t, spec.Egress)
	assert.Equal(t, map[string]string{labelPartition: "id"}, spec.PodSelector.MatchLabels)
	assert.Len(t, spec.PolicyTypes, 2)
}
