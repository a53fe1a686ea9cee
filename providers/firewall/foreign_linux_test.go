package firewall_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/firewall"
)

// dump reads all tables, chains, rules, sets and elements of a family as the kernel writes them.
func dump(t *testing.T) (messages []string) {
	t.Helper()
	conn, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	require.NoError(t, err)
	defer conn.Close()
	for _, kind := range []int{unix.NFT_MSG_GETTABLE, unix.NFT_MSG_GETCHAIN, unix.NFT_MSG_GETRULE, unix.NFT_MSG_GETSET} {
		answers, err := conn.Execute(netlink.Message{
			Header: netlink.Header{Type: netlink.HeaderType(unix.NFNL_SUBSYS_NFTABLES<<8 | kind), Flags: netlink.Request | netlink.Dump},
			Data:   []byte{unix.NFPROTO_UNSPEC, unix.NFNETLINK_V0, 0, 0},
		})
		require.NoError(t, err)
		for _, answer := range answers {
			// The last two bytes of nfgenmsg are the generation of the ruleset, which every change moves on.
			messages = append(messages, string(answer.Data[:2])+string(answer.Data[4:]))
		}
	}
	return messages
}

// foreign makes tables of somebody else, one of them named much like ours.
func foreign(t *testing.T) {
	t.Helper()
	conn, err := nftables.New()
	require.NoError(t, err)
	for _, name := range []string{"kube-proxy", "gameday", "gameday_by_hand"} {
		table := conn.AddTable(&nftables.Table{Name: name, Family: nftables.TableFamilyIPv4})
		t.Cleanup(func() { conn.DelTable(table); assert.NoError(t, conn.Flush()) })
		chain := conn.AddChain(&nftables.Chain{
			Name: "out", Table: table, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityFilter,
		})
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: []expr.Any{&expr.Verdict{Kind: expr.VerdictAccept}}})
		set := &nftables.Set{Table: table, Name: "hosts", KeyType: nftables.TypeIPAddr}
		require.NoError(t, conn.AddSet(set, []nftables.SetElement{{Key: []byte{10, 0, 0, 1}}}))
	}
	require.NoError(t, conn.Flush())
}

func TestWhatOthersMadeStays(t *testing.T) {
	foreign(t)
	before := dump(t)
	require.NotEmpty(t, before)
	table := install(t, firewall.Drop(), firewall.Scope{})
	require.NoError(t, table.Update([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}))
	assert.Greater(t, len(dump(t)), len(before))
	require.NoError(t, table.Disarm())
	swept, err := firewall.Sweep()
	require.NoError(t, err)
	assert.Equal(t, []string{"testwhatothersmadestays"}, swept)
	assert.Empty(t, cmp.Diff(before, dump(t)))
}

// TestEveryRuleDependsOnTheGate reads what was installed.
func TestEveryRuleDependsOnTheGate(t *testing.T) {
	for name, verdict := range map[string]firewall.Verdict{
		"drop": firewall.Drop(), "queue": firewall.Queue(1, true), "redirect": firewall.Redirect(1), "transparent": firewall.Transparent(1),
	} {
		t.Run(name, func(t *testing.T) {
			install(t, verdict, firewall.Scope{Protocol: firewall.TCP})
			conn, err := nftables.New()
			require.NoError(t, err)
			chains, err := conn.ListChains()
			require.NoError(t, err)
			require.Len(t, chains, 4, "two directions, two families")
			for _, chain := range chains {
				rules, err := conn.GetRules(chain.Table, chain)
				require.NoError(t, err)
				require.NotEmpty(t, rules)
				for _, rule := range rules {
					lookup, ok := rule.Exprs[1].(*expr.Lookup)
					require.True(t, ok)
					assert.Equal(t, "gate", lookup.SetName)
				}
			}
		})
	}
}
