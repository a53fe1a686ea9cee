package agent

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// TestTwoContainersOneNetwork, as those of two pods with the network of their node, whose agents have one name: each answers
// who is in its own container.
func TestTwoContainersOneNetwork(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("a mount namespace needs root")
	}
	const name = "gameday-stress-1"
	var agents []*os.Process
	for range 2 {
		agents = append(agents, contained(t, name))
	}
	fault := wire.Fault{Engine: "test", Deadline: time.Now().Add(time.Minute), For: time.Minute, Spec: []byte("{}")}
	request := wire.Request{Version: wire.Version, Op: wire.Inject, ID: "a", Fault: &fault}
	for _, op := range []wire.Op{wire.Inject, wire.Status} {
		request.Op = op
		reply, err := answered(t, beside(t, agents[0], name), request)
		require.NoError(t, err)
		assert.Equal(t, wire.Active, reply.State)
	}
	reply, err := answered(t, beside(t, agents[1], name), request)
	require.NoError(t, err)
	assert.Equal(t, wire.Absent, reply.State, "it has never heard of the fault")
}

// contained starts an agent in a mount namespace of its own.
func contained(t *testing.T, name string) *os.Process {
	t.Helper()
	cmd := exec.Command(os.Args[0], Role, "-name="+name, "-for=1m")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	})
	return cmd.Process
}

// beside is the command that carries a request, in the agent's mount namespace.
func beside(t *testing.T, agent *os.Process, name string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(t.Context(), "nsenter", fmt.Sprintf("--mount=/proc/%d/ns/mnt", agent.Pid), os.Args[0], AskRole, "-name="+name)
}
