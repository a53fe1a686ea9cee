//go:build e2e

package e2ecluster_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/e2e-framework/pkg/envconf"
	"sigs.k8s.io/e2e-framework/pkg/envfuncs"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster/e2ecluster"
)

// The framework itself drives the provider: it makes the cluster, loads an image
// into it and destroys it.
func TestFrameworkMakesAndDestroysTheCluster(t *testing.T) {
	const name = "gd-e2-framework"
	image := os.Getenv("GAMEDAY_NODE_IMAGE")
	require.NotEmpty(t, image, "GAMEDAY_NODE_IMAGE must name a node image")
	t.Cleanup(func() { require.NoError(t, kindcluster.Docker.Delete(context.WithoutCancel(t.Context()), name)) })
	cluster := e2ecluster.New(e2ecluster.WithImage(image))
	cfg := envconf.New()
	ctx, err := envfuncs.CreateCluster(cluster, name)(t.Context(), cfg)
	require.NoError(t, err)
	_, err = envfuncs.LoadImageToCluster(name, "gameday/agent:dev")(ctx, cfg)
	require.NoError(t, err)
	var nodes corev1.NodeList
	require.NoError(t, cfg.Client().Resources().List(ctx, &nodes))
	assert.Len(t, nodes.Items, 1)
	assert.Equal(t, "kind-"+name, cluster.GetKubectlContext())
	assert.FileExists(t, cluster.GetKubeconfig())

	again := e2ecluster.New(e2ecluster.WithImage(image)).WithName(name)
	_, err = again.Create(ctx)
	require.NoError(t, err, "one that exists is used")
	require.NoError(t, again.Destroy(ctx))
	other := e2ecluster.New(e2ecluster.WithImage(image), e2ecluster.WithNodes(1, 1)).WithName(name)
	_, err = other.Create(ctx)
	require.ErrorIs(t, err, kindcluster.ErrMismatch)
	found, err := kindcluster.Find(ctx, name)
	require.NoError(t, err)
	require.NotNil(t, found, "who did not make it does not delete it")

	_, err = envfuncs.DestroyCluster(name)(ctx, cfg)
	require.NoError(t, err)
	found, err = kindcluster.Find(ctx, name)
	require.NoError(t, err)
	assert.Nil(t, found)
}

func TestCreateThatIsInterruptedLeavesNothing(t *testing.T) {
	const name = "gd-e2-interrupted"
	t.Cleanup(func() { require.NoError(t, kindcluster.Docker.Delete(context.WithoutCancel(t.Context()), name)) })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err := e2ecluster.New(e2ecluster.WithImage(os.Getenv("GAMEDAY_NODE_IMAGE"))).WithName(name).Create(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	found, err := kindcluster.Find(t.Context(), name)
	require.NoError(t, err)
	assert.Nil(t, found)
}
