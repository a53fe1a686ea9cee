package packetfault_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
	"github.com/gameday-dev/gameday/providers/packetfault"
)

// victim holds, in the environment of a process that will be killed, the fault that it starts.
const victim = "GAMEDAY_TEST_PACKETFAULT"

func beVictim() int {
	var s packetfault.Spec
	err := json.Unmarshal([]byte(os.Getenv(victim)), &s)
	if err == nil {
		_, err = packetfault.Start(context.Background(), s)
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("active")
	select {}
}

// kill starts a fault in a process of its own, runs what is given, and kills it.
func kill(t *testing.T, s packetfault.Spec, before func()) {
	t.Helper()
	text, err := json.Marshal(s)
	require.NoError(t, err)
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), victim+"="+string(text))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	assert.NoError(t, err)
	assert.Equal(t, "active\n", line)
	before()
	require.NoError(t, cmd.Process.Kill())
	assert.Error(t, cmd.Wait())
}

func TestKilledDelayPassesAtOnce(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	u := newUDP(t, peer, peer.Here, peer.There)
	s := packetfault.Spec{
		ID: "killed", Scope: only(firewall.Both, peer.There), Deadline: time.Now().Add(long),
		Loss: &packetfault.Share{Percent: 100},
	}
	kill(t, s, func() { assert.Empty(t, u.send(t, firewall.Egress, 5, 100, 0, patience)) })
	assert.Len(t, u.send(t, firewall.Egress, 5, 100, 0, patience), 5)
	assert.Len(t, u.send(t, firewall.Ingress, 5, 100, 0, patience), 5)
	swept, err := firewall.Sweep()
	require.NoError(t, err)
	assert.Empty(t, swept, "its gate is open")
	require.NoError(t, firewall.Lift(s.ID))
}

// TestTheNextFaultLeavesAKilledOneAlone: the rules of the one that was killed lead to its queue until its deadline.
func TestTheNextFaultLeavesAKilledOneAlone(t *testing.T) {
	peer, other := netnstest.NewPeer(t, 0), netnstest.NewPeer(t, 1)
	u, hit := newUDP(t, peer, peer.Here, peer.There), newUDP(t, other, other.Here, other.There)
	killed := packetfault.Spec{
		ID: "killed", Scope: only(firewall.Both, peer.There), Deadline: time.Now().Add(long),
		Delay: &packetfault.Delay{Latency: time.Millisecond},
	}
	kill(t, killed, func() { assert.Len(t, u.send(t, firewall.Egress, 5, 100, 0, patience), 5) })
	t.Cleanup(func() {
		require.NoError(t, firewall.Lift(killed.ID))
		_, err := firewall.Sweep() // of the next one's table, which has stayed beside a fault in force
		assert.NoError(t, err)
	})
	before, err := firewall.Queues()
	require.NoError(t, err)
	require.Len(t, before, 1)
	next := start(t, packetfault.Spec{Scope: only(firewall.Both, other.There), Loss: &packetfault.Share{Percent: 100}})
	for _, d := range []firewall.Direction{firewall.Egress, firewall.Ingress} {
		assert.Len(t, u.send(t, d, 5, 100, 0, patience), 5, "packets of the killed one pass")
		assert.Empty(t, hit.send(t, d, 5, 100, 0, patience))
	}
	assert.EqualValues(t, 10, next.Stats().Seen, "its own")
	after, err := firewall.Queues()
	require.NoError(t, err)
	assert.Len(t, after, 2)
}

func TestKilledPartitionEndsAtItsDeadline(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	u := newUDP(t, peer, peer.Here, peer.There)
	deadline := time.Now().Add(5 * time.Second)
	s := packetfault.Spec{ID: "killed", Scope: only(firewall.Both, peer.There), Deadline: deadline, Partition: true}
	kill(t, s, func() {})
	passed := func() bool { return len(u.send(t, firewall.Ingress, 1, 100, 0, 50*time.Millisecond)) == 1 }
	for !passed() {
		require.Less(t, time.Since(deadline), 10*time.Second)
	}
	assert.WithinRange(t, time.Now(), deadline.Add(-20*time.Millisecond), deadline.Add(10*time.Second))
	swept, err := firewall.Sweep()
	require.NoError(t, err)
	assert.Equal(t, []string{"killed"}, swept)
}
