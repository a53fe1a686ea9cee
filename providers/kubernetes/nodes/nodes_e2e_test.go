//go:build e2e

package nodes_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
)

// theWorker is a target block for the node that these tests have for themselves (ci/kind/cluster.yaml).
const theWorker = `target { labels = { "gameday.dev/harmed" = "true" } }`

// webThere is web with at least one pod on that node: the scheduler weighs that as much as having no two on one.
const webThere = web + `      tolerations: [{key: gameday.dev/harmed, operator: Exists}]
      affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, preference: {matchExpressions: [{key: gameday.dev/harmed, operator: Exists}]}}]}}
`

func TestNodesAreCordoned(t *testing.T) {
	newBench(t, "kubernetes_node_cordon", theWorker, webThere, true).lifeCycle()
}

func TestNodesAreTainted(t *testing.T) {
	b := newBench(t, "kubernetes_node_taint", `taint {
  key    = "example.com/maintenance"
  value  = "soon"
  effect = "NoSchedule"
}
`+theWorker, webThere, true)
	b.lifeCycle()

	// Only ours goes: another taint that came meanwhile stays.
	record := b.prepare(lifetime)
	require.NoError(t, b.inject(record))
	b.proven(record)
	node := record.Targets[0].Name
	b.taint(node, func(all []corev1.Taint) []corev1.Taint {
		return append([]corev1.Taint{{Key: "example.com/other", Effect: corev1.TaintEffectNoSchedule}}, all...)
	})
	t.Cleanup(func() { b.taint(node, without("example.com/other")) })
	b.eventually("a plan that sees the taint", func(context.Context) error {
		_, diags := b.plan()
		if !diags.HasErrors() || !strings.Contains(diags[0].Summary, "has the taint already") {
			return fmt.Errorf("%+v", diags)
		}
		return nil
	})
	b.revert(record)
	assert.Equal(t, []string{"example.com/other", "gameday.dev/harmed"}, b.taints(node))
	b.taint(node, without("example.com/other"))
	b.gone(record)
}

func (b *bench) taint(node string, change func([]corev1.Taint) []corev1.Taint) {
	b.t.Helper()
	ctx := context.WithoutCancel(b.t.Context()) // also at the end of the test
	all := b.cluster.Typed.CoreV1().Nodes()
	require.NoError(b.t, retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		found, err := all.Get(ctx, node, metav1.GetOptions{})
		if err != nil {
			return err
		}
		found.Spec.Taints = change(found.Spec.Taints)
		_, err = all.Update(ctx, found, metav1.UpdateOptions{})
		return err
	}))
}

func without(key string) func([]corev1.Taint) []corev1.Taint {
	return func(all []corev1.Taint) []corev1.Taint {
		return slices.DeleteFunc(all, func(t corev1.Taint) bool { return t.Key == key })
	}
}

func (b *bench) taints(node string) []string {
	b.t.Helper()
	found, err := b.cluster.Typed.CoreV1().Nodes().Get(b.t.Context(), node, metav1.GetOptions{})
	require.NoError(b.t, err)
	var keys []string
	for _, taint := range found.Spec.Taints {
		keys = append(keys, taint.Key)
	}
	return keys
}

const budget = `---
# /apis/policy/v1/namespaces/NAMESPACE/poddisruptionbudgets
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  minAvailable: 3
  selector: {matchLabels: {app: web}}
`

const bare = `---
# /api/v1/namespaces/NAMESPACE/pods
apiVersion: v1
kind: Pod
metadata: {name: alone}
spec:
  terminationGracePeriodSeconds: 0
  nodeSelector: {gameday.dev/harmed: "true"}
  tolerations: [{key: gameday.dev/harmed, operator: Exists}]
  containers: [{name: app, image: "registry.k8s.io/pause:3.10.1"}]
`

func TestNodesAreDrained(t *testing.T) {
	b := newBench(t, "kubernetes_node_drain", theWorker, webThere, true)
	record := b.prepare(lifetime)
	node := record.Targets[0].Name
	require.NoError(t, b.inject(record))
	b.proven(record)
	for uid, at := range b.places() {
		assert.NotEqual(t, node, at, "pod %s", uid)
	}
	b.revertFresh(record)
	b.gone(record)
	b.revert(record)
	b.gone(record)
}

// places are the nodes of pods, by UID; of those that have one.
func (b *bench) places() map[string]string {
	b.t.Helper()
	pods, err := b.pods(b.t.Context())
	require.NoError(b.t, err)
	out := map[string]string{}
	for i := range pods {
		if pods[i].DeletionTimestamp == nil && pods[i].Spec.NodeName != "" {
			out[string(pods[i].UID)] = pods[i].Spec.NodeName
		}
	}
	return out
}

// TestBudgetsHoldDrains is reported while it lasts, and the drain goes on as soon
// as the budget allows it.
func TestBudgetsHoldDrains(t *testing.T) {
	b := newBench(t, "kubernetes_node_drain", theWorker, webThere+budget, true)
	b.eventually("the budget", func(ctx context.Context) error {
		found, err := b.cluster.Typed.PolicyV1().PodDisruptionBudgets(b.namespace).Get(ctx, "web", metav1.GetOptions{})
		if err == nil && found.Status.CurrentHealthy != 3 {
			err = fmt.Errorf("%d pods are healthy", found.Status.CurrentHealthy)
		}
		return err
	})
	record := b.prepare(lifetime)
	require.NoError(t, b.inject(record))
	seen := b.observe(record)
	assert.Equal(t, providers.Partial, seen.State)
	assert.Contains(t, seen.Detail, "disruption budget")
	t.Log(seen.Detail)
	require.NoError(t, b.cluster.Typed.PolicyV1().PodDisruptionBudgets(b.namespace).Delete(t.Context(), "web", metav1.DeleteOptions{}))
	b.proven(record)
	b.revert(record)
	b.eventually("the fault's end", func(context.Context) error {
		if seen := b.observe(record); seen.State != providers.Absent {
			return fmt.Errorf("%+v", seen)
		}
		return nil
	})
}

func TestBudgetsNeedNotBeRespected(t *testing.T) {
	b := newBench(t, "kubernetes_node_drain", "respect_pdb = false\ngrace_period = \"0s\"\n"+theWorker, webThere+budget, true)
	record := b.prepare(lifetime)
	require.NoError(t, b.inject(record))
	b.proven(record)
	b.revert(record)
	b.gone(record)
}

func TestBarePodsAreNotDrained(t *testing.T) {
	b := newBench(t, "kubernetes_node_drain", theWorker, bare, true)
	_, diags := b.plan()
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags[0].Detail, "/alone on node")
	b.body = "force = true\n" + b.body
	_, diags = b.plan()
	assert.False(t, diags.HasErrors(), "%+v", diags)
}

// TestOwnPodsAreNotDrained: a prober has no controller either, stands where it was
// scheduled, and must go on to measure.
func TestOwnPodsAreNotDrained(t *testing.T) {
	own := strings.Replace(bare, "{name: alone}", "{name: gameday-prober-x, labels: {gameday.dev/run: other}}", 1)
	b := newBench(t, "kubernetes_node_drain", theWorker, own, true)
	before := b.places()
	require.Len(t, before, 1)
	record := b.prepare(lifetime)
	require.NoError(t, b.inject(record))
	b.eventually("the nodes are closed", func(context.Context) error { // there is no evidence: no other pod was there to leave
		if seen := b.observe(record); seen.State != providers.Active {
			return fmt.Errorf("%+v", seen)
		}
		return nil
	})
	assert.Equal(t, before, b.places())
	b.revert(record)
	b.gone(record)
}

func TestNodesArePaused(t *testing.T) {
	newBench(t, "kubernetes_node_pause", theWorker, webThere, true).lifeCycle()
}

func TestNodesAreStopped(t *testing.T) {
	newBench(t, "kubernetes_node_stop", theWorker, webThere, true).lifeCycle()
}

func TestKubeletsAreStopped(t *testing.T) {
	for name, kind := range map[string]bool{"through the node's container": true, "through a privileged pod": false} {
		t.Run(name, func(t *testing.T) { newBench(t, "kubernetes_kubelet_stop", theWorker, webThere, kind).lifeCycle() })
	}
}

// TestGuardsAlone kills the process that injected: what stands beside the fault
// must end it at the deadline, and nobody else is there to.
func TestGuardsAlone(t *testing.T) {
	for typeName, kind := range map[string]bool{
		"kubernetes_node_pause": true, "kubernetes_node_stop": true, "kubernetes_kubelet_stop": true,
		"kubernetes_kubelet_stop (pod)": false,
	} {
		t.Run(typeName, func(t *testing.T) {
			typeName, _, _ := strings.Cut(typeName, " ")
			b := newBench(t, typeName, theWorker, webThere, kind)
			record := b.prepare(20 * time.Second)
			b.killed(record)
			step := stepOf(t, record)
			b.eventually("the guard's act", func(ctx context.Context) error {
				state, err := nodes.State(ctx, b.connection(kind), record.ID, step)
				if err == nil && state == machine.After(step.Action) {
					err = fmt.Errorf("it is %s", state)
				}
				return err
			})
			late := time.Since(record.Deadline)
			assert.Greater(t, late, -time.Second, "before the deadline")
			assert.Less(t, late, 15*time.Second, "after the deadline")
			t.Logf("undone %s after the deadline", late.Round(10*time.Millisecond))
			b.revertFresh(record) // recover: the claim is left
			b.gone(record)
			assert.Empty(t, guardFiles(t, record.ID))
		})
	}
}

// TestGuardsEndWithTheFault leaves no process behind.
func TestGuardsEndWithTheFault(t *testing.T) {
	b := newBench(t, "kubernetes_node_pause", theWorker, webThere, true)
	record := b.prepare(lifetime)
	require.NoError(t, b.inject(record))
	assert.Len(t, guardFiles(t, record.ID), 1)
	b.revertFresh(record)
	assert.Empty(t, guardFiles(t, record.ID))
	b.gone(record)
}

func guardFiles(t *testing.T, id string) []string {
	t.Helper()
	dir, err := os.UserCacheDir()
	require.NoError(t, err)
	found, err := filepath.Glob(filepath.Join(dir, "gameday", "node-guards", id+".*"))
	require.NoError(t, err)
	return found
}

// connection is the one that a record's steps are undone through.
func (b *bench) connection(kind bool) *cluster.Cluster {
	b.t.Helper()
	access := cluster.Access{
		Kubeconfig: os.Getenv("KUBECONFIG"), Namespaces: []string{b.namespace}, AgentImage: agentImage(), AllowPrivileged: true,
	}
	if kind {
		access.Kind = kindName(b.t, b.cluster)
	}
	c, err := cluster.Connect(access)
	require.NoError(b.t, err)
	return c
}

func stepOf(t *testing.T, record providers.Record) claim.NodeStep {
	t.Helper()
	var undo struct{ Nodes []claim.NodeStep }
	require.NoError(t, jsonInto(record.Undo, &undo))
	require.Len(t, undo.Nodes, 1)
	return undo.Nodes[0]
}

func TestControlPlaneIsNotTakenAway(t *testing.T) {
	for _, typeName := range []string{"kubernetes_node_pause", "kubernetes_node_stop"} {
		b := newBench(t, typeName, `target { expressions = "node-role.kubernetes.io/control-plane" }`, webThere, true)
		_, diags := b.plan()
		require.True(t, diags.HasErrors())
		assert.Contains(t, fmt.Sprint(diags), "The API server would be gone")
	}
}

func TestMachinesOfOtherClustersAreNotPaused(t *testing.T) {
	b := newBench(t, "kubernetes_node_pause", theWorker, webThere, false)
	_, diags := b.plan()
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags[0].Detail, "environment of type kind")
}
