//go:build e2e

package kubernetes

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper"
	"github.com/gameday-dev/gameday/providers/kubernetes/snapshot"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// TestMain lets the test binary be the plugin, and revert records as another process that knows nothing.
func TestMain(m *testing.M) { os.Exit(providertest.Main(m, New())) }

// conformance is a fault type as the conformance kit tries it, on the namespace of an
// apiFixture. Add a line for each type.
type conformance struct {
	typ, config string
	pods        bool // it replaces pods, so that what they are is not compared
}

func conformances() []conformance {
	const payments = `target {
  namespace = "NAMESPACE"
  names     = ["deployment/payments"]
}`
	return []conformance{
		{typ: "kubernetes_scale", config: "replicas = 3\n" + payments},
		{typ: "kubernetes_pod_kill", config: "grace_period = \"0s\"\ntarget {\n  namespace = \"NAMESPACE\"\n  labels    = { app = \"payments\" }\n  count     = 1\n}", pods: true},
	}
}

// checks is how often the kit tries what it draws: each takes seconds on a cluster.
const checks = "6"

// TestConformance runs the whole kit on each type, with a reaper for the deadlines.
func TestConformance(t *testing.T) {
	require.NoError(t, flag.Set("rapid.checks", checks))
	t.Parallel()
	for _, c := range conformances() {
		t.Run(c.typ, func(t *testing.T) {
			t.Parallel()
			t.Run("in process", func(t *testing.T) { c.run(t, New()) })
			t.Run("as a plugin", func(t *testing.T) { c.run(t, providertest.OutOfProcess(t, "kubernetes")) })
		})
	}
}

func (c conformance) run(t *testing.T, provider providers.Provider) {
	t.Helper()
	x := newAPIFixture(t)
	run := "conformance-" + strings.ToLower(ulid.Make().String())
	access := cluster.Access{Kubeconfig: os.Getenv("KUBECONFIG"), Namespaces: []string{x.namespace}, AgentImage: apiAgentImage(), Reaper: true}
	env := providers.EnvironmentState{Address: "environment.kubernetes.test", Type: typeKubernetes, Outputs: outputs(access)}
	planned := env
	env.Up = true
	before := x.snapshot(t)
	fault := x.fault(t, c.typ, c.config)
	providertest.Run(t, providertest.Harness{
		Fault: providertest.Fault(t, provider, c.typ), Config: fault.config, Run: run, Environment: env, Planned: planned,
		Healthy: x.ready, Fresh: providertest.FreshRevert, Settles: true, Timeout: 45 * time.Second,
	})
	require.NoError(t, reaper.Remove(t.Context(), x.Cluster, run, x.namespace))
	require.Eventually(t, func() bool {
		left, err := reaper.Leftovers(t.Context(), x.Cluster, run, x.namespace)
		return err == nil && len(left) == 0
	}, apiPatience, apiTick)
	if c.pods {
		x.settle(t)
		require.Empty(t, snapshot.Marks(before, x.snapshot(t)))
		return
	}
	x.same(t, before)
}

// ready says what is wrong with the workloads; nil when each has its two pods.
func (x apiFixture) ready(ctx context.Context) error {
	pods, err := x.Typed.CoreV1().Pods(x.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app in (payments, ledger)"})
	if err != nil {
		return err
	}
	ready := 0
	for i := range pods.Items {
		if podIsReady(&pods.Items[i]) {
			ready++
		}
	}
	if ready != 4 || len(pods.Items) != 4 {
		return fmt.Errorf("%d of %d pods are ready, expected 4", ready, len(pods.Items))
	}
	return nil
}
