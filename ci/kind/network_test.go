//go:build e2e

// Package kind tests what the node image promises: that a cluster of it has a
// network, which kind's own images get from a daemon that this one does without.
package kind

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// connections is how often a service is asked from each node: often enough
// that an endpoint that is never chosen is no accident ((2/3)^60 < 1e-10).
const connections = 60

func TestNetwork(t *testing.T) {
	c := connect(t)
	nodes, err := c.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	requireReady(t, nodes.Items)
	servers := startServers(t, c)
	require.Len(t, servers, len(nodes.Items), "expected a server on every node")

	t.Run("addresses are of the node's own range", func(t *testing.T) {
		for _, node := range nodes.Items {
			assert.True(t, netip.MustParsePrefix(node.Spec.PodCIDR).Contains(netip.MustParseAddr(servers[node.Name].Status.PodIP)),
				"the pod's address is %s, the range of %s is %s", servers[node.Name].Status.PodIP, node.Name, node.Spec.PodCIDR)
		}
	})
	t.Run("pods see each other's own addresses", func(t *testing.T) {
		for _, from := range servers {
			for name, to := range servers {
				answer := c.run(t, from, ask(to.Status.PodIP))
				assert.Equal(t, from.Status.PodIP+" "+name+"\n", answer, "from %s to %s", from.Spec.NodeName, name)
			}
		}
	})
	t.Run("every endpoint of a service answers to every node", func(t *testing.T) {
		for name, from := range servers {
			missing := c.unheard(t, from, servers)
			for until := time.Now().Add(20 * time.Second); len(missing) > 0 && time.Now().Before(until); {
				missing = c.unheard(t, from, servers) // each node's proxy hears of endpoints by itself
			}
			assert.Empty(t, missing, "no answers to %s", name)
		}
	})
	t.Run("what is for nobody stays in the cluster", func(t *testing.T) {
		service := c.nobodysService(t)
		for _, node := range nodes.Items {
			for _, address := range []string{service, last(t, node.Spec.PodCIDR)} {
				answer := c.run(t, servers[node.Name], fmt.Sprintf("timeout 3 bash -c 'exec 3<>/dev/tcp/%s/%d && echo connected' || true", address, port))
				assert.Empty(t, answer, "from %s to %s", node.Name, address)
			}
		}
	})
	t.Run("pods reach what is outside of the pod network", func(t *testing.T) {
		for _, from := range servers {
			c.run(t, from, "exec 3<>/dev/tcp/kubernetes.default.svc/443")
		}
	})
}

// unheard asks a service from a pod again and again, and says whose answers did not come.
func (c cluster) unheard(t *testing.T, from corev1.Pod, servers map[string]corev1.Pod) []string {
	t.Helper()
	answers := c.run(t, from, fmt.Sprintf("for ((i = 0; i < %d; i++)); do %s; done", connections, ask(serviceName)))
	require.Equal(t, connections, strings.Count(answers, "\n"), "answers to %s:\n%s", from.Spec.NodeName, answers)
	var missing []string
	for endpoint := range servers {
		if !strings.Contains(answers, " "+endpoint+"\n") {
			missing = append(missing, endpoint)
		}
	}
	return missing
}

// nobodysService is the last address of the services' range: that one of a few services has it is one chance in thousands.
func (c cluster) nobodysService(t *testing.T) string {
	t.Helper()
	services, err := c.NetworkingV1().ServiceCIDRs().Get(t.Context(), "kubernetes", metav1.GetOptions{})
	require.NoError(t, err)
	return last(t, services.Spec.CIDRs[0])
}

// last is the last address of an IPv4 range but for that of its broadcasts.
func last(t *testing.T, cidr string) string {
	t.Helper()
	prefix, err := netip.ParsePrefix(cidr)
	require.NoError(t, err)
	address := prefix.Masked().Addr().As4()
	first := binary.BigEndian.Uint32(address[:])
	binary.BigEndian.PutUint32(address[:], first+1<<(32-prefix.Bits())-2)
	return netip.AddrFrom4(address).String()
}

func requireReady(t *testing.T, nodes []corev1.Node) {
	t.Helper()
	for _, node := range nodes {
		ready := slices.ContainsFunc(node.Status.Conditions, func(c corev1.NodeCondition) bool {
			return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
		})
		require.True(t, ready, "%s: expected a node that is ready, found %v", node.Name, node.Status.Conditions)
	}
}
