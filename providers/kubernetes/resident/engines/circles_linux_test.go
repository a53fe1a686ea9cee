package engines

import (
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/firewall"
)

// mesh leads all that is sent to a port, as the chain of a mesh does.
func mesh(t *testing.T) {
	t.Helper()
	conn, err := nftables.New()
	require.NoError(t, err)
	table := conn.AddTable(&nftables.Table{Name: "mesh", Family: nftables.TableFamilyIPv4})
	chain := conn.AddChain(&nftables.Chain{Name: "OUTPUT", Table: table, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityNATDest})
	conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: []expr.Any{&expr.Redir{}}})
	require.NoError(t, conn.Flush())
	t.Cleanup(func() { conn.DelTable(table); assert.NoError(t, conn.Flush()) })
}

// TestNoCirclesThroughAMesh: what the agent passes on would come back to it by the mesh's proxy.
func TestNoCirclesThroughAMesh(t *testing.T) {
	alone(t)
	mesh(t)
	for name, scope := range map[string]string{"out": `{"direction":"egress","destination_ports":["80"]}`, "both ways": `{"destination_ports":["80"]}`} {
		t.Run(name, func(t *testing.T) {
			_, err := stream(t, "refused", scope, time.Hour)
			require.ErrorContains(t, err, "the pod redirects what it sends (chain OUTPUT of the table ip mesh), as a mesh does")
			require.ErrorContains(t, err, `direction = "ingress"`)
		})
	}
	_, err := question(t, "refused")
	require.ErrorContains(t, err, "the pod redirects what it sends (chain OUTPUT of the table ip mesh), as a mesh does")
	infos, err := firewall.List()
	require.NoError(t, err)
	assert.Empty(t, infos)
	_, err = stream(t, "in", web, time.Hour)
	require.NoError(t, err, "what comes in is led to nobody else")
}
