//go:build e2e

package kubernetes

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// TestPartitions: nothing in the scope, everything outside of it.
func TestPartitions(t *testing.T) {
	t.Parallel()
	m := newMeters(t)
	udp, tcp := m.address[hit]+":9001", m.address[hit]+":9000"
	for name, c := range map[string]struct {
		config   string
		udp, tcp bool // what still works
	}{
		"all":         {"direction = \"both\"", false, false},
		"udp":         {"direction = \"both\"\nprotocol = \"udp\"", false, true},
		"tcp port in": {"direction = \"ingress\"\nprotocol = \"tcp\"\ndestination_ports = [\"9000\"]", true, false},
		"peer":        {"to {\n  labels = { app = \"" + measuring + "\" }\n}", false, false},
		"other peer":  {"to {\n  labels = { app = \"" + bystander + "\" }\n}", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := m.fault(t, "kubernetes_network_partition", c.config+"\n"+onHit())
			record := f.prepare(t)
			f.inject(t, record)
			packets := measure[udpSeen](t, m, measuring, "udp", "-to", udp, "-n", "50", "-wait", "500ms")
			connections := measure[tcpSeen](t, m, measuring, "tcp", "-to", tcp, "-n", "3", "-timeout", "500ms")
			require.NoError(t, f.Revert(t.Context(), record))
			f.absent(t, record)
			assert.Equal(t, map[bool]int{true: 50, false: 0}[c.udp], packets.Received, "%+v", packets)
			assert.Equal(t, map[bool]int{true: 3, false: 0}[c.tcp], connections.OK, "%+v", connections)
			assert.Equal(t, 50, measure[udpSeen](t, m, measuring, "udp", "-to", udp, "-n", "50", "-wait", "500ms").Received, "afterwards")
		})
	}
}

func TestDiskFills(t *testing.T) {
	t.Parallel()
	m := newMeters(t)
	before := measure[spaceSeen](t, m, hit, "space", "-path", "/data")
	const asked = 300 << 20
	m.with(t, "kubernetes_disk_fill", "container = \"meter\"\npath = \"/data\"\nsize = \"300Mi\"", func() {
		now := measure[spaceSeen](t, m, hit, "space", "-path", "/data")
		assert.InDelta(t, asked, before.Available-now.Available, asked/10, "others write to the same disk")
	})
	m.with(t, "kubernetes_disk_fill", fmt.Sprintf("container = \"meter\"\npath = \"/data\"\nsize = \"200Mi\"\nreserve = \"%dB\"", before.Available-asked), func() {})
	f := m.fault(t, "kubernetes_disk_fill", fmt.Sprintf("container = \"meter\"\npath = \"/data\"\nsize = \"1Gi\"\nreserve = \"%dB\"\n%s", before.Available-asked, onHit()))
	record := f.prepare(t)
	err := f.Inject(t.Context(), providers.InjectRequest{Record: record, Config: providertest.Decode(t, f.Schema(), f.config), Environment: f.x.env})
	assert.ErrorContains(t, err, "reserve", "rather than touch what must stay")
	require.NoError(t, f.Revert(t.Context(), record))
	used := before.percent()
	m.with(t, "kubernetes_disk_fill", fmt.Sprintf("container = \"meter\"\npath = \"/\"\nreserve = \"1Gi\"\npercent = %.2f", used+2), func() {
		now := measure[spaceSeen](t, m, hit, "space", "-path", "/")
		assert.InDelta(t, used+2, now.percent(), 0.2)
	})
}
