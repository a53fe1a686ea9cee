package firewall_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/firewall"
)

// iptables puts rules into tables nat by a command of iptables, and takes them away at the end of the test.
func iptables(t *testing.T, command string, rules ...string) {
	t.Helper()
	if _, err := exec.LookPath(command); err != nil {
		t.Skip(err)
	}
	run := func(rule string) {
		out, err := exec.Command(command, append([]string{"-t", "nat"}, strings.Fields(rule)...)...).CombinedOutput()
		require.NoError(t, err, "%s %s: %s", command, rule, out)
	}
	t.Cleanup(func() { run("-F"); run("-X") })
	for _, rule := range rules {
		run(rule)
	}
}

func diverters(t *testing.T) []string {
	t.Helper()
	found, err := firewall.Diverters()
	require.NoError(t, err)
	return found
}

// TestDiverters are told by what their rules do to packets that are sent.
func TestDiverters(t *testing.T) {
	sent := []string{"chain OUTPUT of the table ip nat"}
	for name, c := range map[string]struct {
		rules []string
		want  []string
	}{
		"an empty chain": {[]string{"-A OUTPUT -p tcp --dport 80", "-D OUTPUT 1"}, nil},
		"a mesh": {[]string{
			"-N ENVOY", "-A ENVOY -p tcp -j REDIRECT --to-ports 15001", "-N SENT", "-A SENT -d 127.0.0.1/32 -j RETURN", "-A SENT -j ENVOY", "-A OUTPUT -p tcp -j SENT",
		}, sent},
		"names of a mesh":     {[]string{"-A OUTPUT -p udp --dport 53 -d 192.0.2.1/32 -j REDIRECT --to-ports 15053"}, sent},
		"elsewhere":           {[]string{"-A OUTPUT -p tcp -d 192.0.2.0/24 -j DNAT --to-destination 192.0.2.1"}, sent},
		"what comes in":       {[]string{"-A PREROUTING -p tcp -j REDIRECT --to-ports 15006"}, nil},
		"sources":             {[]string{"-A POSTROUTING -j MASQUERADE"}, nil},
		"nothing is led away": {[]string{"-A OUTPUT -p tcp -j ACCEPT"}, nil},
		"chains in a row":     {[]string{"-N A", "-N B", "-A A -j B", "-A OUTPUT -j A", "-A OUTPUT -j B"}, nil},
		"names of Docker": {[]string{
			"-N DOCKER", "-A OUTPUT -d 127.0.0.11/32 -j DOCKER", "-A DOCKER -d 127.0.0.11/32 -p udp --dport 53 -j DNAT --to-destination 127.0.0.11:4053",
		}, nil},
		"names of Docker, and a mesh": {[]string{"-A OUTPUT -d 127.0.0.0/8 -p udp -j DNAT --to-destination 127.0.0.11:4053", "-A OUTPUT -p tcp -j REDIRECT --to-ports 1"}, sent},
	} {
		t.Run(name, func(t *testing.T) {
			iptables(t, "iptables-nft", c.rules...)
			assert.Equal(t, c.want, diverters(t))
		})
	}
}

func TestDivertersOfIPv6(t *testing.T) {
	iptables(t, "ip6tables-nft", "-A OUTPUT -d ::1/128 -p tcp -j REDIRECT --to-ports 15001")
	assert.Empty(t, diverters(t))
	iptables(t, "ip6tables-nft", "-A OUTPUT -p tcp -j REDIRECT --to-ports 15001")
	assert.Equal(t, []string{"chain OUTPUT of the table ip6 nat"}, diverters(t))
}

// TestDivertersOfIptablesLegacy: nobody reads what its rules do.
func TestDivertersOfIptablesLegacy(t *testing.T) {
	iptables(t, "iptables-legacy", "-A PREROUTING -p tcp -j REDIRECT --to-ports 15006")
	assert.Empty(t, diverters(t))
	iptables(t, "iptables-legacy", "-A OUTPUT -p tcp -j REDIRECT --to-ports 15001")
	iptables(t, "ip6tables-legacy", "-A OUTPUT -p tcp -j REDIRECT --to-ports 15001")
	assert.Equal(t, []string{"chain OUTPUT of the table nat of ip6tables-legacy", "chain OUTPUT of the table nat of iptables-legacy"}, diverters(t))
}

// TestDivertersOfNftables, and none of gameday's own.
func TestDivertersOfNftables(t *testing.T) {
	install(t, firewall.Redirect(9), onPort(80))
	assert.Empty(t, diverters(t))
	conn, err := nftables.New()
	require.NoError(t, err)
	table := conn.AddTable(&nftables.Table{Name: "mesh", Family: nftables.TableFamilyINet})
	chain := conn.AddChain(&nftables.Chain{Name: "out", Table: table, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityNATDest})
	conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: portRedirect(unix.IPPROTO_TCP, 80, 15001)})
	require.NoError(t, conn.Flush())
	t.Cleanup(func() { conn.DelTable(table); assert.NoError(t, conn.Flush()) })
	assert.Equal(t, []string{"chain out of the table inet mesh"}, diverters(t))
	conn.FlushChain(chain)
	conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: append(onlyPort(unix.IPPROTO_TCP, 80), &expr.Verdict{Kind: expr.VerdictAccept})})
	assert.NoError(t, conn.Flush())
	assert.Empty(t, diverters(t))
}
