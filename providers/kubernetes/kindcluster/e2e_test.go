//go:build e2e

package kindcluster_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// nodeImage is what the nodes are made of.
func nodeImage(t *testing.T) string {
	t.Helper()
	image := os.Getenv("GAMEDAY_NODE_IMAGE")
	require.NotEmpty(t, image, "GAMEDAY_NODE_IMAGE must name a node image")
	return image
}

// gone makes sure that nothing of a cluster is left when the test ends.
func gone(t *testing.T, engine kindcluster.Engine, name string) {
	t.Helper()
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		require.NoError(t, engine.Delete(ctx, name))
	})
}

// anotherImage is one that the cluster itself needs, and the node therefore has.
func anotherImage(t *testing.T, engine kindcluster.Engine, node string) string {
	t.Helper()
	list := exec.CommandContext(t.Context(), string(engine), "exec", node, "ctr", "--namespace=k8s.io", "images", "ls", "-q")
	names, err := list.Output()
	require.NoError(t, err)
	for name := range strings.FieldsSeq(string(names)) {
		if strings.Contains(name, "coredns") {
			return name
		}
	}
	require.Fail(t, "the node has no CoreDNS", string(names))
	return ""
}

func TestCreationThatIsInterruptedLeavesNothing(t *testing.T) {
	engine, err := kindcluster.FindEngine()
	require.NoError(t, err)
	// From before there is a node until the control plane is coming up.
	for name, moment := range map[string]string{
		"gd-e2-before":  "",
		"gd-e2-nodes":   "preparing nodes",
		"gd-e2-kubeadm": "starting control-plane",
	} {
		t.Run(name, func(t *testing.T) {
			gone(t, engine, name)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
			creation, err := kindcluster.Start(engine, kindcluster.Spec{Name: name, Image: nodeImage(t)}, kubeconfig, func(step string) {
				if moment != "" && strings.HasPrefix(step, moment) {
					cancel()
				}
			})
			require.NoError(t, err)
			if moment == "" {
				cancel()
			}
			require.ErrorIs(t, creation.Wait(ctx), context.Canceled)
			began := time.Now()
			require.NoError(t, creation.Abandon(t.Context()))
			t.Logf("abandoned in %s", time.Since(began))
			found, err := kindcluster.Find(t.Context(), name)
			require.NoError(t, err)
			assert.Nil(t, found)
			assert.Error(t, creation.Wait(t.Context()), "it has not come to its end")
		})
	}
}

func TestClusterIsMadeFoundAndDeleted(t *testing.T) {
	const name = "gd-e2-made"
	engine, err := kindcluster.FindEngine()
	require.NoError(t, err)
	gone(t, engine, name)
	spec := kindcluster.Spec{Name: name, Image: nodeImage(t), ControlPlanes: 1, Labels: map[string]string{"made": "here"}}
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	var steps []string
	creation, err := kindcluster.Start(engine, spec, kubeconfig, func(step string) { steps = append(steps, step) })
	require.NoError(t, err)
	require.NoError(t, creation.Wait(t.Context()))
	assert.Contains(t, steps, "starting control-plane")
	again, err := kindcluster.Start(engine, spec, filepath.Join(t.TempDir(), "kubeconfig"), func(string) {})
	require.NoError(t, err)
	require.ErrorIs(t, again.Wait(t.Context()), kindcluster.ErrTaken)

	found, err := kindcluster.Find(t.Context(), name)
	require.NoError(t, err)
	require.NotNil(t, found)
	assert.NoError(t, found.Matches(spec))
	spec.Workers = 1
	assert.ErrorIs(t, found.Matches(spec), kindcluster.ErrMismatch)
	written, err := os.ReadFile(kubeconfig)
	require.NoError(t, err)
	assert.Contains(t, string(written), kindcluster.Context(name))
	asked, err := kindcluster.Kubeconfig(name)
	require.NoError(t, err)
	assert.YAMLEq(t, string(written), asked)

	// What is on the node already is not loaded again. Under a tag that is another
	// image by now it is.
	const app = "gameday/shop:dev"
	missing := func() []string {
		names, err := engine.Without(t.Context(), name, app)
		require.NoError(t, err)
		return names
	}
	node := name + "-control-plane"
	assert.Equal(t, []string{node}, missing())
	require.NoError(t, engine.LoadImages(t.Context(), name, []string{app}))
	assert.Empty(t, missing())
	tag := exec.CommandContext(t.Context(), string(engine), "exec", node, "ctr", "--namespace=k8s.io",
		"images", "tag", "--force", anotherImage(t, engine, node), "docker.io/"+app)
	said, err := tag.CombinedOutput()
	require.NoError(t, err, string(said))
	assert.Equal(t, []string{node}, missing())

	logs := filepath.Join(t.TempDir(), "logs")
	if err := engine.CollectLogs(t.Context(), name, logs); err != nil {
		assert.ErrorContains(t, err, "crictl", "a node image without it can't list its images, and has all else")
	}
	assert.FileExists(t, filepath.Join(logs, name+"-control-plane", "kubelet.log"))

	require.NoError(t, engine.Delete(t.Context(), name))
	require.NoError(t, engine.Delete(t.Context(), name), "twice")
	found, err = kindcluster.Find(t.Context(), name)
	require.NoError(t, err)
	assert.Nil(t, found)
}
