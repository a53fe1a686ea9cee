package engines

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/dnsfault"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

// alone has the kernel of a test to itself, and leaves it as it was: what has ended may stay for a while.
func alone(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		assert.Eventually(t, func() bool { infos, err := firewall.List(); return err == nil && len(infos) == 0 }, patience, 10*time.Millisecond)
	})
}

// begun ends a fault with the test.
func begun(t *testing.T, running agent.Running, err error) (agent.Running, error) {
	t.Helper()
	if err == nil {
		t.Cleanup(func() { _ = running.Close() }) // of one that its deadline has ended, another may have tidied up already
	}
	return running, err
}

// stream begins a fault on the connections of a scope, as the agent does.
func stream(t *testing.T, id, scope string, lasts time.Duration) (agent.Running, error) {
	t.Helper()
	spec := `{"rules":[{"id":"r","kind":"http_status","percent":100,"status":503}],"scope":` + scope + `}`
	running, err := streams{}.Start(t.Context(), id, time.Now().Add(lasts), json.RawMessage(spec))
	return begun(t, running, err)
}

// question begins a fault on questions for names.
func question(t *testing.T, id string) (agent.Running, error) {
	t.Helper()
	asked := task.Names{Rules: []dnsfault.Rule{{ID: "r", Kind: dnsfault.Error, Patterns: []string{"a." + id}, Percent: 100}}}
	running, err := startNames(t.Context(), id, asked.For(time.Now().Add(time.Hour), []string{"127.0.0.53"}))
	return begun(t, running, err)
}

const web = `{"direction":"ingress","destination_ports":["8080"]}`

// TestOneFaultForEachConnection: beside a fault on port 8080 of the pod.
func TestOneFaultForEachConnection(t *testing.T) {
	alone(t)
	_, err := stream(t, "first", web, time.Hour)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		scope   string
		refused bool
	}{
		"the same":          {web, true},
		"of some peers":     {`{"direction":"ingress","destination_ports":["8080"],"peers":["10.0.0.0/8"]}`, true},
		"all ports":         {`{"direction":"ingress"}`, true},
		"both directions":   {`{"destination_ports":["8000-9000"]}`, true},
		"another port":      {`{"direction":"ingress","destination_ports":["8081"]}`, false},
		"another direction": {`{"direction":"egress","destination_ports":["8080"]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			id := strings.ReplaceAll(name, " ", "-")
			_, err := stream(t, id, c.scope, time.Hour)
			if !c.refused {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "the fault first is in place in this pod")
			require.ErrorContains(t, err, "Let one begin when the other has ended")
		})
	}
	_, err = question(t, "names")
	require.NoError(t, err, "questions are none of its connections")
	_, err = stream(t, "third", `{"direction":"egress"}`, time.Hour)
	require.NoError(t, err, "nor the other way round")
}

// TestPeersByNameAreAnybody: what they resolve to may be another fault's peer in a moment.
func TestPeersByNameAreAnybody(t *testing.T) {
	alone(t)
	const some = `{"direction":"egress","destination_ports":["80"],"peers":["192.0.2.1/32"]}`
	const others = `{"direction":"egress","destination_ports":["80"],"peers":["192.0.2.2/32"]}`
	const named = others + `,"hosts":["192.0.2.3"]`
	first, err := stream(t, "first", some, time.Hour)
	require.NoError(t, err)
	_, err = stream(t, "second", named, time.Hour)
	require.ErrorContains(t, err, "the fault first is")
	require.NoError(t, first.Close())
	_, err = stream(t, "third", named, time.Hour)
	require.NoError(t, err)
	_, err = stream(t, "fourth", some, time.Hour)
	require.ErrorContains(t, err, "the fault third is")
}

func TestOneFaultForEachQuestion(t *testing.T) {
	alone(t)
	first, err := question(t, "first")
	require.NoError(t, err)
	_, err = question(t, "second")
	require.ErrorContains(t, err, "the fault first is in place in this pod")
	require.ErrorContains(t, err, "Name all patterns in one fault")
	require.NoError(t, first.Close())
	_, err = question(t, "third")
	require.NoError(t, err, "while the one before still answers")
}

// TestAFaultOfAnotherAgentCounts: outside of a pod each fault has an agent of its own.
func TestAFaultOfAnotherAgentCounts(t *testing.T) {
	alone(t)
	for id, protocol := range map[string]firewall.Protocol{"elsewhere": firewall.TCP, "named.udp": firewall.UDP} {
		table, err := firewall.Install(firewall.Spec{
			ID: id, Deadline: time.Now().Add(time.Hour), Verdict: firewall.Redirect(9), Scope: firewall.Scope{Direction: firewall.Ingress, Protocol: protocol},
		})
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, table.Lift()) })
	}
	_, err := stream(t, "first", web, time.Hour)
	require.ErrorContains(t, err, "the fault elsewhere is")
	_, err = question(t, "first")
	require.ErrorContains(t, err, "the fault named is")
}

// TestAFaultThatHasEndedIsInNobodysWay, by its deadline or its revert, and be it that it still serves a connection.
func TestAFaultThatHasEndedIsInNobodysWay(t *testing.T) {
	alone(t)
	peer := netnstest.NewPeer(t, 0)
	listener, err := net.Listen("tcp", ":0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	port := listener.Addr().(*net.TCPAddr).AddrPort().Port()
	scope := fmt.Sprintf(`{"direction":"ingress","destination_ports":["%d"]}`, port)
	first, err := stream(t, "first", scope, time.Hour)
	require.NoError(t, err)
	peer.Do(t, func() error {
		conn, err := net.Dial("tcp", netip.AddrPortFrom(peer.Here, port).String())
		if err == nil {
			t.Cleanup(func() { _ = conn.Close() })
			_, err = io.WriteString(conn, "GET")
		}
		return err
	})
	require.NoError(t, first.Close())
	select {
	case <-first.(agent.Draining).Drained():
		t.Error("nobody is served")
	default:
	}
	_, err = stream(t, "second", scope, time.Second)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return aloneWithStreams("third", firewall.Scope{Direction: firewall.Ingress}) == nil }, patience, 10*time.Millisecond)
	_, err = stream(t, "third", scope, time.Hour)
	require.NoError(t, err)
}

// TestOfTwoAtOnceAtMostOneStays: neither sees the other before it begins.
func TestOfTwoAtOnceAtMostOneStays(t *testing.T) {
	alone(t)
	for kind, begin := range map[string]func(id string) error{
		"connections": func(id string) error { _, err := stream(t, id, web, time.Hour); return err },
		"questions":   func(id string) error { _, err := question(t, id); return err },
	} {
		t.Run(kind, func(t *testing.T) {
			var placed atomic.Int32
			var both sync.WaitGroup
			for _, id := range []string{"left", "right"} {
				both.Go(func() {
					if begin(id) == nil {
						placed.Add(1)
					}
				})
			}
			both.Wait()
			assert.LessOrEqual(t, placed.Load(), int32(1))
		})
	}
}
