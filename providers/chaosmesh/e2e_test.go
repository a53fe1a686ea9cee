//go:build e2e

package chaosmesh

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// TestMain lets the test binary be the plugin, and revert records as another process that knows nothing.
func TestMain(m *testing.M) { os.Exit(providertest.Main(m, New(kubernetes.New()))) }

// TestChaosMesh has one Chaos Mesh for all that needs one.
func TestChaosMesh(t *testing.T) {
	w := newWorld(t)
	t.Run("not installed", func(t *testing.T) { notInstalled(t, w) })
	m := newMesh(t)
	t.Run("every resource is taken", func(t *testing.T) { everyResource(t, w) })
	t.Run("a clock is moved, and the deadline moves it back", func(t *testing.T) { clockMoves(t, w) })
	t.Run("a resource that Chaos Mesh does not let go", func(t *testing.T) { stuck(t, w, m) })
	t.Run("what Chaos Mesh cannot do is told", func(t *testing.T) { cannot(t, w) })
	t.Run("a resource without a claim is swept", func(t *testing.T) { swept(t, w) })
	t.Run("containers fail", func(t *testing.T) { containersFail(t, w) })
	t.Run("conformance", func(t *testing.T) { conformance(t, w) })
	require.NoError(t, w.ready(t.Context()))
}

// notInstalled: a plan refuses what the cluster cannot do.
func notInstalled(t *testing.T, w world) {
	t.Helper()
	_, diags := w.fault(t, "chaosmesh_pod_kill").plan()
	require.True(t, diags.HasErrors())
	assert.Equal(t, "Chaos Mesh is not installed", diags[0].Summary)
}

// everyResource: Chaos Mesh's definitions and its own validation take what each type asks for, and nothing of it stays.
func everyResource(t *testing.T, w world) {
	t.Helper()
	for name := range examples() {
		plan, diags := w.fault(t, name).plan()
		for _, d := range diags {
			assert.True(t, d.Severity == providers.Warning && strings.Contains(d.Detail, "issues/4059"), "%s: %s: %s", name, d.Summary, d.Detail)
		}
		if assert.Len(t, plan.Adds, 1, name) {
			assert.Contains(t, plan.Adds[0], "namespace: "+w.namespace, name)
		}
		assert.Len(t, plan.Targets, 2, name)
		assert.NotContains(t, fmt.Sprint(plan.Permissions), "false", name)
	}
	for _, plural := range plurals() {
		assert.Empty(t, kubectl(t, "", "get", plural+".chaos-mesh.org", "-A", "-o", "name"), plural)
	}
}

// clockMoves: a fault by Chaos Mesh's own daemon, seen by a command in the pods, and ended by nobody of ours.
func clockMoves(t *testing.T, w world) {
	t.Helper()
	f := w.fault(t, "chaosmesh_time_skew")
	record, inject := f.prepare(15 * time.Second)
	require.NoError(t, f.Inject(t.Context(), inject))
	seen := f.await(record, providers.Active)
	require.Len(t, seen.Evidence, 2)
	assert.Contains(t, seen.Evidence[0].Text, "and failed before the fault")
	f.await(record, providers.Absent)
	assert.WithinDuration(t, record.Deadline, time.Now(), 10*time.Second)
	require.NoError(t, f.Revert(t.Context(), record))
	w.tidy(t)
}

// stuck: while Chaos Mesh is away its fault stays, which is said; when it is back the same revert works.
func stuck(t *testing.T, w world, m *mesh) {
	t.Helper()
	f := w.fault(t, "chaosmesh_time_skew")
	record, inject := f.prepare(5 * time.Minute)
	require.NoError(t, f.Inject(t.Context(), inject))
	f.await(record, providers.Active)
	m.stop(t)
	err := f.Revert(t.Context(), record)
	require.ErrorIs(t, err, undo.ErrKept)
	assert.ErrorContains(t, err, "chaos-mesh/records")
	seen, err := f.Observe(t.Context(), record)
	require.NoError(t, err)
	assert.Equal(t, providers.Partial, seen.State)
	assert.Contains(t, seen.Detail, "Chaos Mesh has not undone it yet")
	_, _, err = w.Exec(t.Context(), clockOf(t, w, record))
	require.NoError(t, err, "the clock is still wrong: nobody has moved it back")
	m.start(t)
	require.Eventually(t, func() bool { return f.Revert(t.Context(), record) == nil }, patience, tick)
	f.await(record, providers.Absent)
	w.tidy(t)
}

// cannot: Chaos Mesh tries again and again, and its reason is the error, soon. What it never did it lets go again.
func cannot(t *testing.T, w world) {
	t.Helper()
	f := w.fault(t, "chaosmesh_kernel_fault")
	record, inject := f.prepare(10 * time.Minute)
	began := time.Now()
	err := f.Inject(t.Context(), inject)
	require.ErrorContains(t, err, "Chaos Mesh has not done what")
	assert.ErrorContains(t, err, w.namespace+"/web-", "whose pod it is, and why")
	assert.Less(t, time.Since(began), time.Minute)
	require.NoError(t, f.Revert(t.Context(), record))
	f.await(record, providers.Absent)
	w.tidy(t)
}

// swept: what a fault has added is found by its label where the claim is gone, by somebody who may list it.
func swept(t *testing.T, w world) {
	t.Helper()
	f := w.fault(t, "chaosmesh_time_skew")
	record, inject := f.prepare(5 * time.Minute)
	require.NoError(t, f.Inject(t.Context(), inject))
	f.await(record, providers.Active)
	kubectl(t, "", "-n", w.namespace, "delete", "leases", "--all")
	clusters := kubernetes.New()
	New(clusters)
	for _, e := range clusters.Types().Environments {
		if sweeper, is := providers.As[providers.WithSweep](e); is && e.TypeName() == "kubernetes" {
			found, diags := sweeper.Sweep(t.Context(), providers.SweepRequest{Config: w.config(t, e, ""), Run: w.run, Alive: true})
			require.False(t, diags.HasErrors(), "%v", diags)
			assert.True(t, slices.ContainsFunc(found, func(o providers.Orphan) bool { return o.ID == record.ID && o.Undone }), "%+v", found)
		}
	}
	f.await(record, providers.Absent)
	w.tidy(t)
}

// conformance runs the whole kit on two types in both modes: one that is done once, by the controller, and one that lasts, by the daemon.
func conformance(t *testing.T, w world) {
	t.Helper()
	require.NoError(t, flag.Set("rapid.checks", "4"))
	modes := map[string]func(t *testing.T) providers.Provider{
		"in process":  func(*testing.T) providers.Provider { return New(kubernetes.New()) },
		"as a plugin": asPlugin,
	}
	for _, name := range []string{"chaosmesh_pod_kill", "chaosmesh_time_skew"} {
		for mode, provider := range modes {
			t.Run(name+" "+mode, func(t *testing.T) {
				providertest.Run(t, providertest.Harness{
					Fault: providertest.Fault(t, provider(t), name), Config: w.fault(t, name).values, Run: w.run, Environment: w.env, Planned: w.planned,
					Healthy: w.ready, Fresh: providertest.FreshRevert, Settles: true, Timeout: time.Minute,
				})
				w.tidy(t)
			})
		}
	}
}

func asPlugin(t *testing.T) providers.Provider {
	t.Helper()
	return providertest.OutOfProcess(t, "chaosmesh")
}

// containersFail: the other two kinds of PodChaos, once each. The kit would have the kubelet start their containers ever later.
func containersFail(t *testing.T, w world) {
	t.Helper()
	for name, lasts := range map[string]time.Duration{"chaosmesh_container_kill": 2 * time.Minute, "chaosmesh_pod_failure": 2 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			f := w.fault(t, name)
			record, inject := f.prepare(lasts)
			require.NoError(t, f.Inject(t.Context(), inject))
			seen := f.await(record, providers.Active)
			require.Len(t, seen.Evidence, 2)
			assert.Equal(t, "container_replaced", seen.Evidence[0].Name)
			require.NoError(t, f.Revert(t.Context(), record))
			f.await(record, providers.Absent)
			w.tidy(t)
		})
	}
}

// tidy takes the reaper away, and wants nothing else left.
func (w world) tidy(t *testing.T) {
	t.Helper()
	require.NoError(t, reaper.Remove(t.Context(), w.Cluster, w.run, w.namespace))
	require.Eventually(t, func() bool {
		left, err := reaper.Leftovers(t.Context(), w.Cluster, w.run, w.namespace)
		return err == nil && len(left) == 0
	}, patience, tick)
	for _, plural := range plurals() {
		assert.Empty(t, kubectl(t, "", "get", plural+".chaos-mesh.org", "-A", "-o", "name"), plural)
	}
	assert.Empty(t, kubectl(t, "", "-n", w.namespace, "get", "leases", "-o", "name"))
	require.Eventually(t, func() bool { return w.ready(t.Context()) == nil }, patience, tick)
}

// clockOf is the command that succeeds while the clock of a target is wrong.
func clockOf(t *testing.T, w world, record providers.Record) cluster.Command {
	t.Helper()
	_, name, _ := strings.Cut(record.Targets[0].Name, "/")
	return cluster.Command{Namespace: w.namespace, Pod: name, Container: "web", Args: []string{"/meter", "clock", "http://127.0.0.1:8080/", "60"}}
}
