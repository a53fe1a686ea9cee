package kubernetes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// engines are the only commands in sight: podman, which has a cluster "gameday-lab" once the file "made" is there, and
// docker, which has none. Both write their calls to a file.
type engines struct{ dir string }

func newEngines(t *testing.T) engines {
	t.Helper()
	e := engines{t.TempDir()}
	for name, has := range map[string]string{"podman": "[ -e " + e.dir + "/made ]", "docker": "false"} {
		require.NoError(t, os.WriteFile(filepath.Join(e.dir, name), []byte(`#!/bin/sh
echo "$*" >> `+e.dir+`/`+name+`.calls
case "$*" in
	ps*{{.Names}}*) `+has+` && echo gameday-lab-control-plane || true;;
	ps*) `+has+` && echo a || true;;
	inspect*--type=container*) echo '{"Name":"gameday-lab-control-plane","Role":"control-plane","State":"paused","Mounts":[{"Destination":"/etc/gameday.dev/made-by/r1"}]}';;
	inspect*) echo control-plane;;
	rm*) ;;
	*) exit 1;;
esac`), 0o755))
	}
	t.Setenv("PATH", e.dir)
	return e
}

func (e engines) made(t *testing.T) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(e.dir, "made"), nil, 0o600))
}

// calls are those of an engine since the last look.
func (e engines) calls(t *testing.T, name kindcluster.Engine) string {
	t.Helper()
	path := filepath.Join(e.dir, string(name)+".calls")
	text, err := os.ReadFile(path)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
		require.NoError(t, os.Remove(path))
	}
	return "\n" + string(text)
}

// TestAKindClusterIsEndedByTheEngineThatMadeIt, also in a shell that chooses another one: that knows nothing of it.
func TestAKindClusterIsEndedByTheEngineThatMadeIt(t *testing.T) {
	e := newEngines(t)
	prepare := func(run string) (providers.EnvironmentHandle, handle) {
		t.Helper()
		t.Setenv(kindcluster.EngineVariable, "podman")
		env := &kind{New()}
		from, diags := env.Prepare(t.Context(), providers.EnvironmentPrepareRequest{
			Run: run, RunDir: t.TempDir(), Address: "environment.lab", Name: "lab", Config: body(env.Schema(), nil),
		})
		require.Empty(t, diags)
		h, err := readHandle(from, typeKind)
		require.NoError(t, err)
		t.Setenv(kindcluster.EngineVariable, "")
		return from, h
	}
	made, h := prepare("r1")
	e.made(t)
	used, usedHandle := prepare("r2")
	require.True(t, usedHandle.Kind.Existed)
	require.NoError(t, os.MkdirAll(h.Kind.Dir, 0o755))
	require.NoError(t, os.WriteFile(h.Kind.kubeconfig(), nil, 0o600)) // finished: nothing may come late
	require.Equal(t, "\n", e.calls(t, kindcluster.Docker))
	e.calls(t, kindcluster.Podman)

	env := &kind{New()} // another process
	standing, err := env.Standing(t.Context(), made)
	require.NoError(t, err)
	assert.Equal(t, "gameday-lab-control-plane is paused", standing)
	left, err := env.Leftovers(t.Context(), made)
	require.NoError(t, err)
	assert.Len(t, left, 1)
	assert.Contains(t, e.calls(t, kindcluster.Podman), "\nps ")
	require.NoError(t, env.KeepLogs(t.Context(), made, func(string) {}))
	assert.Contains(t, e.calls(t, kindcluster.Podman), "\nps ")
	require.Error(t, env.Down(t.Context(), used), "this podman runs no commands in nodes")
	assert.Contains(t, e.calls(t, kindcluster.Podman), "\nexec ", "a kubeconfig is asked for")
	require.NoError(t, env.Down(t.Context(), made))
	assert.Equal(t, 1, strings.Count(e.calls(t, kindcluster.Podman), "\nrm "))
	assert.Equal(t, "\n", e.calls(t, kindcluster.Docker), "docker was never asked")

	require.NoError(t, os.Remove(filepath.Join(e.dir, "podman")))
	assert.ErrorContains(t, env.Down(t.Context(), made), "containers of podman, whose command is not to be found")
	_, err = env.Leftovers(t.Context(), made)
	assert.Error(t, err, "nobody knows whether it is gone")
}

// TestOldHandlesNameNoEngine: then it is the one by which a cluster would be made.
func TestOldHandlesNameNoEngine(t *testing.T) {
	e := newEngines(t)
	t.Setenv(kindcluster.EngineVariable, "podman")
	e.made(t)
	from, diags := handle{Run: "r1", Kind: &kindHandle{Name: "gameday-lab", Dir: t.TempDir()}}.encode("environment.lab", typeKind)
	require.Empty(t, diags)
	assert.NotContains(t, string(from.Data), "engine")
	left, err := (&kind{New()}).Leftovers(t.Context(), from)
	require.NoError(t, err)
	assert.Len(t, left, 1)
}
