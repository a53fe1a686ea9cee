//go:build e2e && bench

package kubernetes

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// TestInjectionIntoManyPods says how long a fault takes from its injection until it is in
// place in 1, 10 and 50 pods at once, beside what the cluster itself takes to start as
// many ephemeral containers of the same image. It measures, and judges nothing.
func TestInjectionIntoManyPods(t *testing.T) {
	m := newMeters(t)
	for _, n := range []int{1, 10, 50} {
		own := m.injected(t, m.many(t, n))
		bare := m.started(t, m.many(t, n))
		t.Logf("%d pods: in place after %.2f s; %d bare ephemeral containers run after %.2f s: %.2f ×", n, own.Seconds(), n, bare.Seconds(), own.Seconds()/bare.Seconds())
	}
}

// many are new pods that run.
func (m meters) many(t *testing.T, n int) []corev1.Pod {
	t.Helper()
	name := "many-" + fmt.Sprint(n) + "-" + ulid.Make().String()[20:]
	for i := range n {
		m.post(t, "/api/v1/namespaces/"+m.namespace+"/pods", fmt.Sprintf(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s-%d","labels":{"many":"%s"}},"spec":{
			"terminationGracePeriodSeconds":0,"containers":[{"name":"meter","image":"gameday/meter:dev","imagePullPolicy":"IfNotPresent"}]}}`, strings.ToLower(name), i, name))
	}
	return m.running(t, name, func(p *corev1.Pod) bool { return podIsReady(p) }, n)
}

// running waits until n pods are as they should be.
func (m meters) running(t *testing.T, many string, is func(*corev1.Pod) bool, n int) []corev1.Pod {
	t.Helper()
	var found []corev1.Pod
	require.Eventually(t, func() bool {
		list, err := m.Typed.CoreV1().Pods(m.namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "many=" + many})
		if err != nil {
			return false
		}
		found = list.Items
		good := 0
		for i := range found {
			if is(&found[i]) {
				good++
			}
		}
		return good == n
	}, 5*time.Minute, 50*time.Millisecond)
	return found
}

// injected is how long a fault takes in pods without an agent, which go afterwards.
func (m meters) injected(t *testing.T, pods []corev1.Pod) time.Duration {
	t.Helper()
	many := pods[0].Labels["many"]
	f := m.fault(t, "kubernetes_network_delay", "latency = \"1ms\"\ntarget {\n  namespace = \"NAMESPACE\"\n  labels = { many = \""+many+"\" }\n}")
	plan, diags := f.plan(t)
	require.False(t, diags.HasErrors(), "%+v", diags)
	record, diags := f.Prepare(t.Context(), providers.PrepareRequest{
		ID: ulid.Make().String(), Address: "experiment.test.fault.tried", Run: "run-" + m.namespace, Environment: m.env,
		Config: providertest.Decode(t, f.Schema(), f.config), Plan: plan, Seed: 1, Deadline: time.Now().Add(5 * time.Minute),
	})
	require.False(t, diags.HasErrors(), "%+v", diags)
	began := time.Now()
	require.NoError(t, f.Inject(t.Context(), providers.InjectRequest{Record: record, Config: providertest.Decode(t, f.Schema(), f.config), Environment: m.env}))
	took := time.Since(began)
	require.NoError(t, f.Revert(t.Context(), record))
	m.gone(t, many)
	return took
}

// started is how long ephemeral containers take that nobody speaks to.
func (m meters) started(t *testing.T, pods []corev1.Pod) time.Duration {
	t.Helper()
	many := pods[0].Labels["many"]
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"ephemeralContainers": []corev1.EphemeralContainer{{
		EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "bare", Image: apiAgentImage(), ImagePullPolicy: corev1.PullIfNotPresent, Args: []string{"resident", "-name=bare"}},
	}}}})
	require.NoError(t, err)
	began := time.Now()
	var group errgroup.Group
	group.SetLimit(podsAtOnce)
	for i := range pods {
		group.Go(func() error {
			_, err := m.Typed.CoreV1().Pods(m.namespace).Patch(t.Context(), pods[i].Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "ephemeralcontainers")
			return err
		})
	}
	require.NoError(t, group.Wait())
	m.running(t, many, func(p *corev1.Pod) bool {
		return len(p.Status.EphemeralContainerStatuses) > 0 && p.Status.EphemeralContainerStatuses[0].State.Running != nil
	}, len(pods))
	took := time.Since(began)
	m.gone(t, many)
	return took
}

func (m meters) gone(t *testing.T, many string) {
	t.Helper()
	require.NoError(t, m.Typed.CoreV1().Pods(m.namespace).DeleteCollection(t.Context(), metav1.DeleteOptions{GracePeriodSeconds: new(int64)}, metav1.ListOptions{LabelSelector: "many=" + many}))
	m.running(t, many, func(*corev1.Pod) bool { return true }, 0)
}
