package kindcluster_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// commands makes a folder with executables the only one in which commands are
// looked for.
func commands(t *testing.T, scripts map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, body := range scripts {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body), 0o755))
	}
	t.Setenv("PATH", dir)
	t.Setenv(kindcluster.EngineVariable, "")
}

func TestFindEngine(t *testing.T) {
	commands(t, nil)
	_, err := kindcluster.FindEngine()
	assert.ErrorIs(t, err, kindcluster.ErrNoEngine)

	commands(t, map[string]string{"podman": "", "docker": ""})
	engine, err := kindcluster.FindEngine()
	require.NoError(t, err)
	assert.Equal(t, kindcluster.Docker, engine)

	t.Setenv(kindcluster.EngineVariable, "podman")
	engine, err = kindcluster.FindEngine()
	require.NoError(t, err)
	assert.Equal(t, kindcluster.Podman, engine)

	t.Setenv(kindcluster.EngineVariable, "lxc")
	_, err = kindcluster.FindEngine()
	assert.ErrorContains(t, err, `is "lxc": expected docker, podman or nerdctl`)
}

// TestStoredEngine counts more than what a shell chooses by now.
func TestStoredEngine(t *testing.T) {
	commands(t, map[string]string{"podman": "", "docker": ""})
	engine, err := kindcluster.StoredEngine(kindcluster.Podman)
	require.NoError(t, err)
	assert.Equal(t, kindcluster.Podman, engine)
	engine, err = kindcluster.StoredEngine("")
	require.NoError(t, err)
	assert.Equal(t, kindcluster.Docker, engine, "older gamedays stored none")

	_, err = kindcluster.StoredEngine(kindcluster.Nerdctl)
	assert.ErrorContains(t, err, "containers of nerdctl")
	assert.ErrorContains(t, err, "add its folder to PATH", "what to do")
	_, err = kindcluster.StoredEngine("lxc")
	assert.ErrorContains(t, err, `"lxc": expected docker, podman or nerdctl`)
}

func TestFindReadsTheEngine(t *testing.T) {
	const (
		plane  = `echo '{"Name":"shop-control-plane","Role":"control-plane","Image":"node:v1","ImageID":"sha256:1","State":"running"}'`
		worker = `echo '{"Name":"/shop-worker","Role":"worker","Image":"node:v1","ImageID":"sha256:1","State":"paused",` +
			`"Mounts":[{"Type":"volume","Destination":"/var"},{"Type":"bind","Source":"/dev/null","Destination":"/etc/gameday.dev/made-by/r1"}]}'`
	)
	for name, inspect := range map[string]string{
		"all at once":         `*" a b") ` + worker + `; ` + plane + `;; *) exit 1;;`,
		"one goes meanwhile":  `*" a b c") echo "no such container: c" >&2; exit 1;; *" a") ` + worker + `;; *" b") ` + plane + `;; *" c") exit 1;;`,
		"it can say only one": `*" a b") exit 1;; *" a") ` + worker + `;; *" b") ` + plane + `;; *) exit 1;;`,
	} {
		t.Run(name, func(t *testing.T) {
			ids := "echo a; echo b"
			if strings.Contains(inspect, `" c"`) {
				ids += "; echo c"
			}
			commands(t, map[string]string{"docker": `
case "$1 $*" in
	"ps "*cluster=shop*) ` + ids + `;;
	"ps "*) ;;
	"inspect "*) case "$*" in ` + inspect + ` esac;;
esac`})
			found, err := kindcluster.Find(t.Context(), "shop")
			require.NoError(t, err)
			require.NotNil(t, found)
			assert.Equal(t, []kindcluster.Node{
				{Name: "shop-control-plane", Role: "control-plane", Image: "node:v1", ImageID: "sha256:1", State: "running"},
				{Name: "shop-worker", Role: "worker", Image: "node:v1", ImageID: "sha256:1", State: "paused", Mark: "r1"},
			}, found.Nodes)
			assert.Equal(t, []string{"r1"}, found.Marks())

			none, err := kindcluster.Find(t.Context(), "other")
			require.NoError(t, err)
			assert.Nil(t, none)
		})
	}
}

func TestEngineThatDoesNotAnswer(t *testing.T) {
	commands(t, map[string]string{"docker": `echo "Cannot connect to the Docker daemon" >&2; exit 1`})
	_, err := kindcluster.Find(t.Context(), "shop")
	assert.ErrorContains(t, err, "Cannot connect to the Docker daemon")
	err = kindcluster.Docker.EnsureImages(t.Context(), kindcluster.Spec{Name: "shop"}, func(string) {})
	assert.ErrorContains(t, err, "the container engine does not answer")
	assert.NotErrorIs(t, err, kindcluster.ErrNoNodeImage)
}

func TestNodeImageThatCannotBeHad(t *testing.T) {
	commands(t, map[string]string{"docker": `
case "$1" in
	image) exit 1;;
	pull) echo "dial tcp: no route to host" >&2; exit 1;;
	images) echo my/node:v1.34.3; echo postgres:17;;
esac`})
	var steps []string
	err := kindcluster.Docker.EnsureImages(t.Context(), kindcluster.Spec{Name: "shop", Image: "kindest/node:v1"}, func(step string) { steps = append(steps, step) })
	require.ErrorIs(t, err, kindcluster.ErrNoNodeImage)
	assert.ErrorContains(t, err, "no route to host")
	assert.ErrorContains(t, err, `build one with "kind build node-image"`)
	assert.ErrorContains(t, err, "on this machine are: my/node:v1.34.3")
	assert.Equal(t, []string{"pull the node image kindest/node:v1"}, steps)
}

func TestDeleteOfNothing(t *testing.T) {
	commands(t, map[string]string{"docker": `[ "$1" = ps ] || exit 1`})
	assert.NoError(t, kindcluster.Docker.Delete(t.Context(), "shop"))
}
