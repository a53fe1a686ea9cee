//go:build e2e

package kubernetes

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestScopes cuts the server off from what each attribute of a scope names, and from
// nothing else. The server sends to the client and to the bystander.
func TestScopes(t *testing.T) {
	t.Parallel()
	m := newMeters(t)
	m.post(t, "/api/v1/namespaces/"+m.namespace+"/services", `{"apiVersion":"v1","kind":"Service","metadata":{"name":"peer"},
		"spec":{"selector":{"app":"`+measuring+`"},"ports":[{"name":"udp","port":9001,"protocol":"UDP"}]}}`)
	m.post(t, "/api/v1/namespaces/"+m.namespace+"/services", `{"apiVersion":"v1","kind":"Service","metadata":{"name":"named"},
		"spec":{"clusterIP":"None","selector":{"app":"`+measuring+`"},"ports":[{"name":"udp","port":9001,"protocol":"UDP"}]}}`)
	host := "named." + m.namespace + ".svc.cluster.local"
	require.Eventually(t, func() bool {
		return measure[dnsSeen](t, m, hit, "dns", "-name", host+".", "-n", "1").Addresses[m.address[measuring]] == 1
	}, apiPatience, apiTick, "the name of the headless service resolves")
	through := func(pod, to string) bool {
		seen := measure[udpSeen](t, m, pod, "udp", "-to", to+":9001", "-n", "20", "-wait", "300ms")
		assert.Contains(t, []int{0, 20}, seen.Received, "all or nothing")
		return seen.Received > 0
	}
	for name, c := range map[string]struct {
		config                    string
		client, bystander, itself bool // what the server still reaches
	}{
		"cidrs":          {"to {\n  cidrs = [\"" + m.address[measuring] + "/32\"]\n}", false, true, true},
		"address":        {"to {\n  cidrs = [\"" + m.address[bystander] + "\"]\n}", true, false, true},
		"hosts":          {"to {\n  hosts = [\"" + host + "\"]\n}", false, true, true},
		"services":       {"to {\n  services = [\"" + m.namespace + "/peer\"]\n}", false, true, true},
		"two kinds":      {"to {\n  names = [\"" + bystander + "\"]\n  services = [\"" + m.namespace + "/peer\"]\n}", false, false, true},
		"device":         {"device = \"eth0\"", false, false, true},
		"loopback":       {"device = \"lo\"", true, true, false},
		"port":           {"destination_ports = [\"9001\"]", false, false, true},
		"ports":          {"destination_ports = [\"9000-9002\"]\nprotocol = \"udp\"", false, false, true},
		"another port":   {"destination_ports = [\"9002\", \"9100-9200\"]", true, true, true},
		"where it sends": {"source_ports = [\"1-1023\"]", true, true, true},
		"answers":        {"direction = \"ingress\"\nsource_ports = [\"9001\"]", false, false, true},
		"other protocol": {"protocol = \"icmp\"\ndirection = \"both\"", true, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := m.fault(t, "kubernetes_network_partition", c.config+"\n"+onHit())
			record := f.prepare(t)
			f.inject(t, record)
			got := []bool{through(hit, m.address[measuring]), through(hit, m.address[bystander]), through(hit, "127.0.0.1")}
			beside := through(measuring, m.address[bystander])
			require.NoError(t, f.Revert(t.Context(), record))
			f.absent(t, record)
			assert.Equal(t, []bool{c.client, c.bystander, c.itself}, got, "to the client, to the bystander, to itself")
			assert.True(t, beside, "from the client to the bystander")
			assert.True(t, through(hit, m.address[measuring]), "afterwards")
		})
	}
}

// TestPings: a pod's user may not ping, so that root does it from the client's network.
func TestPings(t *testing.T) {
	t.Parallel()
	m := newMeters(t)
	pings := func() (seen udpSeen) {
		inside := m.processesOf(t, measuring, func(cmdline string) bool { return cmdline == "/meter " })
		require.NotEmpty(t, inside)
		text, err := exec.CommandContext(t.Context(), "nsenter", "-t", fmt.Sprint(inside[0]), "-n", "../../bin/meter", "icmp", "-to", m.address[hit]).Output()
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &seen))
		return seen
	}
	for typ, c := range map[string]struct {
		config string
		most   int
	}{
		"kubernetes_network_partition": {"protocol = \"icmp\"", 0},
		"kubernetes_network_loss":      {"protocol = \"icmp\"\npercent = 50", 40},
	} {
		m.with(t, typ, c.config, func() {
			assert.LessOrEqual(t, pings().Received, c.most, typ)
			packets := measure[udpSeen](t, m, measuring, "udp", "-to", m.address[hit]+":9001", "-n", "50", "-wait", "300ms")
			assert.Equal(t, 50, packets.Received, "packets of another protocol")
		})
		assert.Equal(t, 50, pings().Received, "after %s", typ)
	}
}
