//go:build e2e

package kubernetes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident"
)

// newHardened are meters in a namespace that enforces the level restricted, and a namespace
// for agents.
func newHardened(t *testing.T, allow bool) meters {
	t.Helper()
	m := newMetersAt(t, "restricted", restricted)
	tools := m.namespace + "-tools"
	_, err := m.Typed.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: tools}}, metav1.CreateOptions{})
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = m.Typed.CoreV1().Namespaces().Delete(context.WithoutCancel(t.Context()), tools, metav1.DeleteOptions{})
	})
	m.Access.Namespaces, m.Access.AllowPrivileged = []string{m.namespace, tools}, allow
	m.env.Outputs = outputs(m.Access)
	return m
}

// outside runs what is to be measured while a fault is in place whose agent is in no pod of
// the namespace, and asserts that nothing of it is left.
func (m meters) outside(t *testing.T, typ, config string, look func()) {
	t.Helper()
	f := m.fault(t, typ, config+"\n"+onHit())
	own, is := f.Fault.(*fault)
	require.True(t, is)
	if in, is := own.behavior.(inPod); is && in.profile == resident.Stress { // which the level admits
		s, err := own.provider.sessions.open(m.Access)
		require.NoError(t, err)
		s.ephemeral.asked = true // as an older API server says
	}
	record := f.prepare(t)
	f.inject(t, record)
	defer func() {
		require.NoError(t, f.Revert(t.Context(), record))
		seen, err := f.Observe(t.Context(), record)
		require.NoError(t, err)
		require.Equal(t, providers.Absent, seen.State, "%+v", seen)
		require.Eventually(t, func() bool {
			left, err := resident.Hosts(t.Context(), m.Cluster, record.Run)
			return err == nil && len(left) == 0
		}, apiPatience, apiTick)
	}()
	look()
	f.becomes(t, record, func(o providers.Observation) bool { return o.Proven() })
	pod, err := m.Typed.CoreV1().Pods(m.namespace).Get(t.Context(), hit, metav1.GetOptions{})
	require.NoError(t, err)
	assert.Empty(t, pod.Spec.EphemeralContainers)
}

func TestHardenedNamespaces(t *testing.T) {
	t.Parallel()
	m := newHardened(t, true)
	base := "http://" + m.address[hit] + ":8080/"
	m.outside(t, "kubernetes_network_delay", "latency = \"100ms\"", func() {
		seen := measure[udpSeen](t, m, measuring, "udp", "-to", m.address[hit]+":9001", "-n", "50")
		assert.InDelta(t, 100, seen.RTT.P50, tolerance(100))
	})
	m.outside(t, "kubernetes_network_partition", "direction = \"both\"", func() {
		assert.Zero(t, measure[udpSeen](t, m, measuring, "udp", "-to", m.address[hit]+":9001", "-n", "20", "-wait", "300ms").Received)
	})
	m.outside(t, "kubernetes_http_status", "port = 8080\nstatus = 503", func() {
		assert.Equal(t, map[string]int{"503": 20}, measure[httpSeen](t, m, measuring, "http", "-url", base, "-n", "20").Statuses)
	})
	m.outside(t, "kubernetes_process_pause", "container = \"meter\"", func() {
		assert.Empty(t, measure[httpSeen](t, m, measuring, "http", "-url", base, "-n", "2", "-timeout", "700ms").Statuses)
	})
	space := measure[spaceSeen](t, m, hit, "space", "-path", "/data")
	m.outside(t, "kubernetes_disk_fill", "container = \"meter\"\npath = \"/data\"\nsize = \"300Mi\"", func() {
		assert.InDelta(t, 300<<20, space.Available-measure[spaceSeen](t, m, hit, "space", "-path", "/data").Available, 30<<20)
	})
	before := m.after(t, time.Now())
	m.outside(t, "kubernetes_memory_stress", "size = \"100Mi\"", func() {
		now := m.after(t, time.Now().Add(5*time.Second))
		assert.InDelta(t, 100<<20, float64(now.Memory.RSSBytes)-float64(before.Memory.RSSBytes), 15<<20)
	})
}

// TestHardenedNamespacesEndByTheKernel: in the middle the agent is killed, or its pod
// deleted with no grace.
func TestHardenedNamespacesEndByTheKernel(t *testing.T) {
	t.Parallel()
	hosted := []string{"kubernetes_network_partition", "kubernetes_network_delay", "kubernetes_http_status", "kubernetes_process_pause"}
	faults := faultsToLeave()
	maps.DeleteFunc(faults, func(typ, _ string) bool { return !slices.Contains(hosted, typ) })
	sideBySide(t, faults, func(t *testing.T, typ, config string) {
		t.Helper()
		m := newHardened(t, true)
		for victim, kill := range map[string]func(*testing.T, corev1.Pod){"the agent": m.killAgentsOf, "its pod": m.deleteNow} {
			t.Run(victim, func(t *testing.T) {
				record := m.injectUntil(t, typ, config, 15*time.Second)
				left, err := resident.Hosts(t.Context(), m.Cluster, record.Run)
				require.NoError(t, err)
				require.Len(t, left, 1)
				kill(t, left[0])
				<-time.After(time.Until(record.Deadline.Add(time.Second))) // that moment is what is tested
				m.assertClean(t)
				m.deleteNow(t, left[0])
			})
		}
	})
}

// deleteNow deletes a pod that may be gone, and waits until it is.
func (m meters) deleteNow(t *testing.T, pod corev1.Pod) {
	t.Helper()
	none := int64(0)
	_ = m.Typed.CoreV1().Pods(pod.Namespace).Delete(t.Context(), pod.Name, metav1.DeleteOptions{GracePeriodSeconds: &none})
	require.Eventually(t, func() bool {
		_, err := m.Typed.CoreV1().Pods(pod.Namespace).Get(t.Context(), pod.Name, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	}, apiPatience, apiTick)
}

// killAgentsOf ends all processes of an agent's pod, as seen from the machine that the
// nodes are containers of.
func (m meters) killAgentsOf(t *testing.T, pod corev1.Pod) {
	t.Helper()
	agents := processesIn(t, string(pod.UID), func(cmdline string) bool { return strings.Contains(cmdline, "gameday-agent") })
	inside := m.processes(t, func(cmdline string) bool { return strings.Contains(cmdline, "gameday-agent") })
	require.NotEmpty(t, agents)
	for _, pid := range append(agents, inside...) {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended with the one before
	}
}

func TestHardenedNamespacesAreToldOf(t *testing.T) {
	m := newHardened(t, false)
	_, diags := m.fault(t, "kubernetes_network_delay", "latency = \"1ms\"\n"+onHit()).plan(t)
	require.True(t, diags.HasErrors())
	assert.Contains(t, fmt.Sprint(diags), "allow_privileged = true")
}
