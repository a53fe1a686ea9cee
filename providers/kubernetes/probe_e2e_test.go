//go:build e2e

package kubernetes

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/e2etest"
)

// probeFixture is a namespace with a deployment, as a probe sees it.
type probeFixture struct {
	*cluster.Cluster
	namespace string
	provider  *Provider
	env       providers.EnvironmentState
}

func newProbeFixture(t *testing.T) *probeFixture {
	t.Helper()
	c := e2etest.Connect(t)
	x := &probeFixture{Cluster: c, namespace: e2etest.Namespace(t, c, "e7-"), provider: New()}
	access := c.Access
	access.Namespaces = []string{x.namespace}
	x.env = providers.EnvironmentState{Address: "environment.test", Type: typeKubernetes, Up: true, Outputs: outputs(access)}
	labels, none := map[string]string{"app": "payments"}, int64(0)
	_, err := c.Typed.AppsV1().Deployments(x.namespace).Create(t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "payments"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{TerminationGracePeriodSeconds: &none, Containers: []corev1.Container{{
					Name: "payments", Image: "gameday/shop:dev", Args: []string{"payments"}, Env: []corev1.EnvVar{{Name: "LISTEN", Value: ":8080"}},
				}}},
			},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	return x
}

func (x *probeFixture) open(t *testing.T, of providers.Probe, body string) providers.Prober {
	t.Helper()
	prober, diags := of.Open(t.Context(), providers.OpenRequest{Address: "probe.a", Config: decoded(t, of, body), Environment: x.env, Timeout: time.Second})
	require.Empty(t, diags)
	t.Cleanup(func() { require.NoError(t, prober.Close()) })
	return prober
}

// awaitSample waits for a sample that is as wanted.
func awaitSample(t *testing.T, prober providers.Prober, wanted func(providers.Sample) bool) providers.Sample {
	t.Helper()
	var got providers.Sample
	require.Eventually(t, func() bool { got = prober.Sample(t.Context()); return wanted(got) }, apiPatience, 20*time.Millisecond)
	return got
}

func TestProbesSeeWhatHappensInTheCluster(t *testing.T) {
	x := newProbeFixture(t)
	available := x.open(t, &objectProbe{x.provider}, `
		kind = "deploy"
		name = "payments"
		value_json = ".status.readyReplicas // 0"
		expect { condition = { Available = "True" } }
	`)
	pods := x.open(t, &objectProbe{x.provider}, `
		kind   = "Pod"
		labels = { app = "payments" }
		expect { min = 1 }
	`)
	killed := x.open(t, &eventsProbe{x.provider}, `
		reason = ["Killing"]
		kind   = "Pod"
		name   = "payments-*"
	`)
	ready := awaitSample(t, available, func(s providers.Sample) bool { return s.OK && s.Value != nil && *s.Value == 1 })
	assert.Equal(t, "True", ready.Fields.GetAttr("conditions").AsValueMap()["Available"].AsString())
	awaitSample(t, pods, func(s providers.Sample) bool { return s.OK })
	assert.Zero(t, *killed.Sample(t.Context()).Value)

	_, err := x.Typed.AppsV1().Deployments(x.namespace).Patch(t.Context(), "payments", types.MergePatchType, []byte(`{"spec":{"replicas":0}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	gone := awaitSample(t, pods, func(s providers.Sample) bool { return !s.OK })
	assert.Contains(t, gone.Error, "at least 1 of Pod, found 0")
	awaitSample(t, available, func(s providers.Sample) bool { return s.Value != nil && *s.Value == 0 })
	event := awaitSample(t, killed, func(s providers.Sample) bool { return *s.Value > 0 })
	assert.Equal(t, "Killing", event.Fields.GetAttr("reason").AsString())
}

func TestASampleIsAsNewAsAWatch(t *testing.T) {
	x := newProbeFixture(t)
	prober := x.open(t, &objectProbe{x.provider}, `
		kind = "ConfigMap"
		name = "settings"
	`)
	assert.False(t, prober.Sample(t.Context()).OK)
	var worst time.Duration
	maps := x.Typed.CoreV1().ConfigMaps(x.namespace)
	for range 10 {
		_, err := maps.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "settings"}}, metav1.CreateOptions{})
		require.NoError(t, err)
		began := time.Now()
		require.Eventually(t, func() bool { return prober.Sample(t.Context()).OK }, apiPatience, time.Millisecond)
		worst = max(worst, time.Since(began))
		require.NoError(t, maps.Delete(t.Context(), "settings", metav1.DeleteOptions{}))
		require.Eventually(t, func() bool { return !prober.Sample(t.Context()).OK }, apiPatience, time.Millisecond)
	}
	t.Logf("what was created was seen after %s at most", worst)
	assert.Less(t, worst, 2*time.Second)
}

func TestAnUnknownKindIsAnErrorAtOnce(t *testing.T) {
	x := newProbeFixture(t)
	of := &objectProbe{x.provider}
	_, diags := of.Open(t.Context(), providers.OpenRequest{Config: decoded(t, of, `kind = "Widget"`), Environment: x.env})
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags[0].Detail, `no kind "Widget"`)
	_, diags = of.Open(t.Context(), providers.OpenRequest{Config: decoded(t, of, `kind = "Pod"`), Environment: providers.EnvironmentState{Type: "local"}})
	require.True(t, diags.HasErrors())
}
