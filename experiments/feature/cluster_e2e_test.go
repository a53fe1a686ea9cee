//go:build e2e

package feature_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/e2e-framework/klient/decoder"
	"sigs.k8s.io/e2e-framework/klient/wait"
	"sigs.k8s.io/e2e-framework/klient/wait/conditions"
	"sigs.k8s.io/e2e-framework/pkg/env"
	"sigs.k8s.io/e2e-framework/pkg/envconf"
	"sigs.k8s.io/e2e-framework/pkg/envfuncs"
	"sigs.k8s.io/e2e-framework/pkg/features"

	"github.com/gameday-dev/gameday/experiments/feature"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster/e2ecluster"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// TestFeatureOnACluster uses a cluster that is there.
func TestFeatureOnACluster(t *testing.T) {
	kubeconfig := os.Getenv("KUBECONFIG")
	require.NotEmpty(t, kubeconfig, "KUBECONFIG must name the kubeconfig of the cluster to test on")
	survivesPodLoss(t.Context(), t, envconf.NewWithKubeConfig(kubeconfig))
}

// TestFeatureOnAClusterOfItsOwn makes one with kind's library, as a suite does in
// its Setup, and takes it away as in its Finish.
func TestFeatureOnAClusterOfItsOwn(t *testing.T) {
	const name = "gameday-feature"
	image := os.Getenv("GAMEDAY_NODE_IMAGE")
	require.NotEmpty(t, image, "GAMEDAY_NODE_IMAGE must name the node image to make a cluster of")
	cfg := envconf.New()
	ctx, err := envfuncs.CreateCluster(e2ecluster.New(e2ecluster.WithImage(image)), name)(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := envfuncs.DestroyCluster(name)(context.WithoutCancel(ctx), cfg)
		assert.NoError(t, err)
	})
	for _, image := range []string{"gameday/shop:dev", "gameday/agent:dev"} {
		_, err = envfuncs.LoadImageToCluster(name, image)(ctx, cfg)
		require.NoError(t, err)
	}
	survivesPodLoss(ctx, t, cfg)
}

// survivesPodLoss is a suite as a user of the framework writes it: a namespace of
// its own, a setup that deploys, and an experiment as an assessment, which finds
// cluster and namespace through the test's environment.
func survivesPodLoss(ctx context.Context, t *testing.T, cfg *envconf.Config) {
	t.Helper()
	namespace := envconf.RandomName("feature", 16)
	suite, err := env.NewWithContext(ctx, cfg.WithNamespace(namespace))
	require.NoError(t, err)
	ctx = suite.Test(t, features.New("payments").
		Setup(deploy(namespace)).
		Assess("survives the loss of a pod", feature.Step("testdata/pods",
			feature.Kubeconfig("kubeconfig"), feature.Namespace("namespace"), feature.RunsIn(t.TempDir()))).
		Teardown(func(ctx context.Context, t *testing.T, cfg *envconf.Config) context.Context {
			t.Helper()
			ctx, err := envfuncs.DeleteNamespace(namespace)(ctx, cfg)
			assert.NoError(t, err)
			return ctx
		}).Feature())

	run := feature.Result(ctx)
	require.NotNil(t, run)
	assert.Equal(t, verdict.Passed, run.Verdict())
	require.Len(t, run.Experiments, 1)
	require.Len(t, run.Experiments[0].Faults, 1)
	assert.True(t, run.Experiments[0].Faults[0].IsProven())
	assert.True(t, run.Experiments[0].Faults[0].Verified())
}

// deploy makes the namespace and two replicas in it, and waits for them.
func deploy(namespace string) features.Func {
	return func(ctx context.Context, t *testing.T, cfg *envconf.Config) context.Context {
		t.Helper()
		r := cfg.Client().Resources(namespace)
		require.NoError(t, r.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}))
		require.NoError(t, decoder.ApplyWithManifestDir(ctx, r, "testdata/pods", "*.yaml", nil, decoder.MutateNamespace(namespace)))
		available := conditions.New(r).DeploymentAvailable("payments", namespace)
		require.NoError(t, wait.For(available, wait.WithTimeout(2*time.Minute), wait.WithInterval(200*time.Millisecond)))
		return ctx
	}
}
