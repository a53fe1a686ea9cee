package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// TestMain lets the test binary be the agent, and what is executed beside it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case Role:
			os.Exit(Main(func(string) map[string]Engine { return map[string]Engine{"test": newWorld()} }, os.Args[2:], os.Stderr))
		case AskRole:
			os.Exit(AskMain(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
		}
	}
	goleak.VerifyTestMain(m)
}

// resident starts an agent as a process of its own.
func resident(t *testing.T) (name string, process *os.Process) {
	t.Helper()
	name = "test-" + strconv.Itoa(os.Getpid()) + "-" + t.Name()
	cmd := exec.Command(os.Args[0], Role, "-name="+name, "-for=1m")
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	})
	return name, cmd.Process
}

// asked executes the command that carries a request.
func asked(t *testing.T, name string, request wire.Request, flags ...string) (wire.Reply, error) {
	t.Helper()
	return answered(t, exec.CommandContext(t.Context(), os.Args[0], append([]string{AskRole, "-name=" + name}, flags...)...), request)
}

// answered has a command carry a request.
func answered(t *testing.T, cmd *exec.Cmd, request wire.Request) (wire.Reply, error) {
	t.Helper()
	var in, out, complaints bytes.Buffer
	require.NoError(t, wire.Write(&in, request))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &complaints
	if err := cmd.Run(); err != nil {
		return wire.Reply{}, errors.New(complaints.String())
	}
	return wire.Read[wire.Reply](&out)
}

func TestAskThroughProcesses(t *testing.T) {
	name, process := resident(t)
	fault := wire.Fault{Engine: "test", Deadline: time.Now().Add(time.Minute), For: time.Minute, Spec: json.RawMessage("{}")}
	reply, err := asked(t, name, wire.Request{Version: wire.Version, Op: wire.Inject, ID: "a", Fault: &fault})
	require.NoError(t, err)
	assert.Equal(t, wire.Reply{Version: wire.Version, State: wire.Active, Facts: []wire.Fact{{Name: "seen", Text: "1 thing seen"}}}, reply)
	reply, err = asked(t, name, wire.Request{Version: wire.Version, Op: wire.Revert, ID: "a"})
	require.NoError(t, err)
	assert.Equal(t, wire.Absent, reply.State)
	reply, err = asked(t, name, wire.Request{Version: 99, Op: wire.Status, ID: "a"})
	require.NoError(t, err)
	require.ErrorContains(t, reply.Err(), "version 99")
	require.NoError(t, process.Signal(syscall.SIGTERM))
	state, err := process.Wait()
	require.NoError(t, err)
	assert.Zero(t, state.ExitCode(), "it ends in order")
}

func TestNobodyThere(t *testing.T) {
	_, err := asked(t, "nobody", wire.Request{Version: wire.Version, Op: wire.Status, ID: "a"}, "-start=100ms")
	require.ErrorContains(t, err, "reach the agent nobody")
}
