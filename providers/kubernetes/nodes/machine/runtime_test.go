//go:build unix

package machine_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
)

// What container engines say when their socket is not there.
const (
	noDocker  = `failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory`
	noPodman  = `Error: unable to connect to Podman socket: Get "http://d/v5.4.2/libpod/_ping": dial unix /run/podman/podman.sock: connect: no such file or directory`
	noNerdctl = `time="2026-05-04T10:11:12Z" level=fatal msg="cannot access containerd socket \"/run/containerd/containerd.sock\": no such file or directory"`
)

// nodeOf is a machine on the node of a kind cluster of an engine, whose command says something and fails.
func nodeOf(t *testing.T, engine, action, says string) machine.Machine {
	t.Helper()
	w := newWorld(t)
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, engine), []byte(docker), 0o700))
	w.set("away", says)
	m, err := machine.Of(claim.NodeStep{Node: "shop-worker", Action: action, Via: "kind/" + engine, Container: "0123456789abcdef"})
	require.NoError(t, err)
	return m
}

// TestAnEngineThatIsAwayKnowsNothing of the node: neither that it is gone, nor that it is well.
func TestAnEngineThatIsAwayKnowsNothing(t *testing.T) {
	for name, tt := range map[string]struct{ engine, says string }{
		"docker":         {"docker", noDocker},
		"docker, before": {"docker", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"},
		"podman":         {"podman", noPodman},
		"podman's own":   {"docker", "/usr/bin/docker: line 7: /usr/bin/podman: No such file or directory"},
		"nerdctl":        {"nerdctl", noNerdctl},
	} {
		for _, action := range []string{machine.Pause, machine.Stop, machine.KubeletStop} {
			t.Run(name+", "+action, func(t *testing.T) {
				m := nodeOf(t, tt.engine, action, tt.says)
				state, err := m.State(t.Context(), "id")
				require.ErrorContains(t, err, tt.says)
				assert.NotEqual(t, machine.Gone, state)
				require.ErrorContains(t, m.Undo(t.Context(), "id"), tt.says)
			})
		}
	}
}

// TestAnEngineThatIsNotInstalledKnowsNothing either.
func TestAnEngineThatIsNotInstalledKnowsNothing(t *testing.T) {
	for _, engine := range []string{"docker", "podman", "nerdctl"} {
		t.Run(engine, func(t *testing.T) {
			m := nodeOf(t, engine, machine.Pause, "")
			t.Setenv("PATH", t.TempDir())
			state, err := m.State(t.Context(), "id")
			require.ErrorContains(t, err, "executable file not found")
			assert.NotEqual(t, machine.Gone, state)
			require.Error(t, m.Undo(t.Context(), "id"))
		})
	}
}

// TestEnginesSayThatANodeIsGone, each in its own words.
func TestEnginesSayThatANodeIsGone(t *testing.T) {
	for name, tt := range map[string]struct{ engine, says string }{
		"docker":           {"docker", "Error response from daemon: No such container: 0123456789abcdef"},
		"docker, any type": {"docker", "error: no such object: 0123456789abcdef"},
		"podman":           {"podman", "Error: inspecting object: no such container 0123456789abcdef"},
		"podman, by name":  {"podman", `Error: no container with name or ID "shop-worker" found: no such container`},
		"podman, any type": {"podman", `Error: no such object: "0123456789abcdef"`},
		"nerdctl":          {"nerdctl", `time="2026-05-04T10:11:12Z" level=fatal msg="1 errors: [no such object 0123456789abcdef]"`},
		"nerdctl, others":  {"nerdctl", "FATA[0000] 1 errors:\nno such container: 0123456789abcdef"},
	} {
		t.Run(name, func(t *testing.T) {
			m := nodeOf(t, tt.engine, machine.Pause, tt.says)
			state, err := m.State(t.Context(), "id")
			require.NoError(t, err)
			assert.Equal(t, machine.Gone, state)
			require.NoError(t, m.Undo(t.Context(), "id"))
		})
	}
}
