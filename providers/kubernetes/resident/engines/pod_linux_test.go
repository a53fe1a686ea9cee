package engines_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/internal/buildtest"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

// longest is how long a fault lasts, and an agent whose test was killed.
const longest = 10 * time.Minute

// most is what the agent may have in memory at any time, in KiB.
const most = 64 << 10

// pod is a server with the agent beside it, and a client outside.
type pod struct {
	peer         *netnstest.Peer
	agent        string // its binary
	process      *os.Process
	web, digests uint16
}

// attacked has the agent put faults on the streams to the server in place, in a process of its
// own as in a pod, and has it end within its memory.
func attacked(t *testing.T) *pod {
	t.Helper()
	return attackedWithin(t, 0)
}

// attackedWithin has the agent do with so many file descriptors; 0: with what this process may have.
func attackedWithin(t *testing.T, descriptors uint64) *pod {
	t.Helper()
	p := &pod{peer: netnstest.NewPeer(t, 0), agent: filepath.Join(buildtest.Programs(t, buildtest.Agent), "gameday-agent")}
	p.web, p.digests = startVictim(t)
	cmd := exec.Command(p.agent, "resident", "-name=hostile")
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	p.process = cmd.Process
	if descriptors > 0 {
		require.NoError(t, unix.Prlimit(p.process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: descriptors, Max: descriptors}, nil))
	}
	t.Cleanup(func() {
		_, peak := p.memory(t)
		t.Logf("the agent had %d KiB at most", peak)
		assert.Less(t, peak, most)
		assert.NoError(t, p.process.Signal(os.Interrupt))
		assert.NoError(t, cmd.Wait(), "it lives, and ends in order")
	})
	spec := fmt.Appendf(nil, `{"scope":{"direction":"ingress","destination_ports":["%d","%d"]},"rules":%s}`, p.web, p.digests, down)
	reply := p.ask(t, wire.Request{Version: wire.Version, Op: wire.Inject, ID: "hostile", Fault: &wire.Fault{
		Engine: task.StreamsEngine, Deadline: time.Now().Add(longest), For: longest, Spec: spec,
	}})
	require.Equal(t, wire.Active, reply.State)
	return p
}

// ask executes the command that carries a request to the agent.
func (p *pod) ask(t *testing.T, request wire.Request) wire.Reply {
	t.Helper()
	var out, complaints bytes.Buffer
	text, err := json.Marshal(request)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), p.agent, "ask", "-name=hostile")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), &out, &complaints
	require.NoError(t, cmd.Run(), "%s", &complaints)
	reply, err := wire.Read[wire.Reply](&out)
	require.NoError(t, err)
	require.NoError(t, reply.Err())
	return reply
}

// memory is what the agent has in memory, and the most that it has had, in KiB.
func (p *pod) memory(t *testing.T) (now, peak int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.process.Pid))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		_, _ = fmt.Sscanf(line, "VmRSS: %d kB", &now)
		_, _ = fmt.Sscanf(line, "VmHWM: %d kB", &peak)
	}
	require.Positive(t, peak)
	return now, peak
}

// dial connects from outside the pod.
func (p *pod) dial(t *testing.T, port uint16) *net.TCPConn {
	t.Helper()
	conns := p.dialMany(t, port, 1)
	return conns[0]
}

func (p *pod) dialMany(t *testing.T, port uint16, n int) []*net.TCPConn {
	t.Helper()
	conns := make([]*net.TCPConn, 0, n)
	p.peer.Do(t, func() error {
		for range n {
			conn, err := net.DialTimeout("tcp", netip.AddrPortFrom(p.peer.Here, port).String(), patience)
			if err != nil {
				return err
			}
			conns = append(conns, conn.(*net.TCPConn))
			if err := conn.SetDeadline(time.Now().Add(5 * patience)); err != nil {
				return err
			}
		}
		return nil
	})
	t.Cleanup(func() {
		for _, conn := range conns {
			_ = conn.Close()
		}
	})
	return conns
}
