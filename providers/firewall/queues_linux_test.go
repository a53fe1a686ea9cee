package firewall_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/firewall"
)

func queues(t *testing.T) []uint16 {
	t.Helper()
	queues, err := firewall.Queues()
	require.NoError(t, err)
	return queues
}

func TestQueues(t *testing.T) {
	foreign(t)
	const nowhere = 0xfffe // where a partition lets senders wait
	for name, c := range map[string]struct {
		verdict firewall.Verdict
		scope   firewall.Scope
		want    []uint16
	}{
		"both directions": {firewall.Queue(0x6701, true), firewall.Scope{}, []uint16{0x6701}},
		"ingress":         {firewall.Queue(0x6701, true), firewall.Scope{Direction: firewall.Ingress}, []uint16{0x6701}},
		"egress":          {firewall.Queue(0x6701, false), firewall.Scope{Direction: firewall.Egress}, []uint16{0x6701}},
		"one each":        {firewall.Queue(0x6701, true).Leaving(0x6702), firewall.Scope{}, []uint16{0x6701, 0x6702}},
		"a partition":     {firewall.Drop(), firewall.Scope{}, []uint16{nowhere}},
		"a redirect":      {firewall.Redirect(1), firewall.Scope{Protocol: firewall.TCP}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			table := install(t, c.verdict, c.scope)
			assert.Equal(t, c.want, queues(t))
			require.NoError(t, table.Disarm())
			assert.Empty(t, queues(t), "without effect it leads nothing anywhere, and never will again")
		})
	}
}

func TestQueuesOfSeveralFaults(t *testing.T) {
	install(t, firewall.Queue(0x6702, true), firewall.Scope{})
	t.Run("second", func(t *testing.T) {
		install(t, firewall.Queue(0x6700, true), firewall.Scope{})
		assert.Equal(t, []uint16{0x6700, 0x6702}, queues(t))
	})
	assert.Equal(t, []uint16{0x6702}, queues(t))
}
