package e2ecluster_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster/e2ecluster"
)

// engine makes a docker the only command in sight, which writes its calls to a file and has a cluster as soon as the
// file "made" is there: $HERE is the folder of both.
func engine(t *testing.T, makes string) (calls func() string) {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\nHERE=" + dir + `
echo "$*" >> $HERE/calls
` + makes + `
case "$*" in
	info*) echo '{"CgroupVersion":"2","MemoryLimit":true,"PidsLimit":true,"CPUShares":true}';;
	"image inspect"*) echo sha256:1;;
	ps*{{.Names}}*) [ ! -e $HERE/made ] || echo shop-control-plane;;
	ps*) [ ! -e $HERE/made ] || echo a;;
	inspect*) echo '{"Name":"shop-control-plane","Role":"control-plane","Image":"node:v1","State":"running"}';;
esac`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "docker"), []byte(script), 0o755))
	t.Setenv("PATH", dir)
	t.Setenv("TMPDIR", t.TempDir()) // of reservations and kubeconfigs
	t.Setenv(kindcluster.EngineVariable, "docker")
	return func() string {
		text, err := os.ReadFile(filepath.Join(dir, "calls"))
		require.NoError(t, err)
		return string(text)
	}
}

// TestClusterThatSomebodyElseMakesMeanwhileStays: when Create looked first there was none of that name.
func TestClusterThatSomebodyElseMakesMeanwhileStays(t *testing.T) {
	for name, makes := range map[string]string{
		"while images are pulled": `case "$*" in "image inspect"*) : > $HERE/made;; esac`,
		"as kind begins":          `case "$*" in ps*{{.Names}}*) : > $HERE/made;; esac`,
	} {
		t.Run(name, func(t *testing.T) {
			calls := engine(t, makes)
			cluster := e2ecluster.New(e2ecluster.WithImage("node:v1")).WithName("shop")
			_, err := cluster.Create(t.Context())
			require.ErrorIs(t, err, kindcluster.ErrTaken)
			assert.ErrorContains(t, err, `"shop"`)
			assert.ErrorContains(t, err, "take another name", "what to do")
			require.NoError(t, cluster.Destroy(t.Context()))
			assert.NotRegexp(t, `(?m)^rm `, calls())
			left, err := filepath.Glob(filepath.Join(os.TempDir(), "gameday-kind-*"))
			require.NoError(t, err)
			assert.Len(t, left, 1, "the folder of reservations, and none of a kubeconfig")
			release, err := kindcluster.Reserve("shop")
			require.NoError(t, err, "the name is free again")
			release()
		})
	}
}

// TestClusterThatAnotherGamedayIsMakingStays: it has the name, and no node yet.
func TestClusterThatAnotherGamedayIsMakingStays(t *testing.T) {
	calls := engine(t, "")
	release, err := kindcluster.Reserve("shop")
	require.NoError(t, err)
	defer release()
	cluster := e2ecluster.New(e2ecluster.WithImage("node:v1")).WithName("shop")
	_, err = cluster.Create(t.Context())
	require.ErrorIs(t, err, kindcluster.ErrTaken)
	require.NoError(t, cluster.Destroy(t.Context()))
	assert.NotContains(t, calls(), "info", "kind is not asked to make one")
	assert.NotRegexp(t, `(?m)^rm `, calls())
}
