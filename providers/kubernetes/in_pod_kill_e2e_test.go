//go:build e2e

package kubernetes

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// faultsToLeave are faults of every engine, and every effect of it, that nobody reverts.
func faultsToLeave() map[string]string {
	return map[string]string{
		"kubernetes_network_delay":     "latency = \"200ms\"\ndirection = \"both\"",
		"kubernetes_network_loss":      "percent = 60\ndirection = \"both\"",
		"kubernetes_network_corrupt":   "percent = 60",
		"kubernetes_network_duplicate": "percent = 60",
		"kubernetes_network_bandwidth": "rate = \"64kbit\"",
		"kubernetes_network_partition": "direction = \"both\"",
		"kubernetes_tcp_reset":         "port = 9000",
		"kubernetes_http_delay":        "port = 8080\nlatency = \"300ms\"",
		"kubernetes_http_abort":        "port = 8080",
		"kubernetes_http_status":       "port = 8080\nstatus = 503",
		"kubernetes_http_body":         "port = 8080\nbody = \"replaced\"",
		"kubernetes_grpc_status":       "port = 8080\nstatus_code = \"UNAVAILABLE\"",
		"kubernetes_dns_error":         "patterns = [\"**\"]",
		"kubernetes_dns_spoof":         "patterns = [\"**\"]\naddresses = [\"192.0.2.7\"]",
		"kubernetes_cpu_stress":        "workers = 1\nload = 20",
		"kubernetes_memory_stress":     "size = \"64Mi\"",
		"kubernetes_disk_fill":         "container = \"meter\"\npath = \"/data\"\nsize = \"64Mi\"",
		"kubernetes_process_pause":     "container = \"meter\"",
	}
}

// TestFaultsEndWhoeverIsKilled: the runner is gone in all of them. At most a second after
// the deadline everything is as it was, measured from another pod; the agent, or its
// whole container, is killed while the fault is in place.
func TestFaultsEndWhoeverIsKilled(t *testing.T) {
	t.Parallel()
	sideBySide(t, faultsToLeave(), func(t *testing.T, typ, config string) {
		t.Helper()
		m := newMeters(t)
		m.assertClean(t)
		for _, victim := range []string{"the runner", "the agent", "the container"} {
			t.Run(victim, func(t *testing.T) {
				record := m.injectUntil(t, typ, config, 6*time.Second)
				m.kill(t, victim)
				<-time.After(time.Until(record.Deadline.Add(time.Second))) // that moment is what is tested
				m.assertClean(t)
			})
		}
	})
}

// sideBySide runs tests that do little but wait for a deadline: more of them beside each other than there
// are of tests that keep processors busy.
func sideBySide(t *testing.T, cases map[string]string, test func(t *testing.T, name, config string)) {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(6)
	for name, config := range cases {
		group.Go(func() error {
			t.Run(name, func(t *testing.T) { test(t, name, config) })
			return nil
		})
	}
	_ = group.Wait() // the tests say what is wrong
}

// kill ends processes of the agents in the pod that is hit, as seen from the machine that
// the nodes are containers of.
func (m meters) kill(t *testing.T, victim string) {
	t.Helper()
	if victim == "the runner" {
		return
	}
	agents := m.processes(t, func(cmdline string) bool {
		return strings.Contains(cmdline, "gameday-agent") && (victim == "the container" || strings.Contains(cmdline, "resident"))
	})
	require.NotEmpty(t, agents)
	for _, pid := range agents {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended with the one before
	}
}

// processes are those of the pod that is hit whose command line is one that is meant.
func (m meters) processes(t *testing.T, meant func(cmdline string) bool) []int {
	t.Helper()
	return m.processesOf(t, hit, meant)
}

func (m meters) processesOf(t *testing.T, name string, meant func(cmdline string) bool) []int {
	t.Helper()
	pod, err := m.Typed.CoreV1().Pods(m.namespace).Get(t.Context(), name, metav1.GetOptions{})
	require.NoError(t, err)
	return processesIn(t, string(pod.UID), meant)
}

// processesIn are those of a pod, by its UID.
func processesIn(t *testing.T, uid string, meant func(cmdline string) bool) []int {
	t.Helper()
	folders, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(t, err)
	var pids []int
	for _, folder := range folders {
		group, _ := os.ReadFile(folder + "/cgroup") // a process that has ended has none
		cmdline, _ := os.ReadFile(folder + "/cmdline")
		inPod := strings.Contains(strings.ReplaceAll(string(group), "_", "-"), uid)
		if pid, err := strconv.Atoi(filepath.Base(folder)); err == nil && inPod && meant(strings.ReplaceAll(string(cmdline), "\x00", " ")) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// assertClean asserts that the pod is reached, answers and resolves as ever, and that no
// worker of a fault is in it.
func (m meters) assertClean(t *testing.T) {
	t.Helper()
	to := m.address[hit]
	packets := measure[udpSeen](t, m, measuring, "udp", "-to", to+":9001", "-n", "50", "-interval", "10ms", "-wait", "300ms")
	assert.Equal(t, 50, packets.Received, "packets: %+v", packets)
	assert.Zero(t, packets.Duplicates+packets.Damaged, "packets: %+v", packets)
	assert.Less(t, packets.RTT.P50, 50.0, "packets: %+v", packets)
	connections := measure[tcpSeen](t, m, measuring, "tcp", "-to", to+":9000", "-n", "5")
	assert.Equal(t, 5, connections.OK, "connections: %+v", connections)
	requests := measure[httpSeen](t, m, measuring, "http", "-url", "http://"+to+":8080/", "-n", "10", "-fresh", "-timeout", "1s")
	assert.Equal(t, map[string]int{"fine": 10}, requests.Bodies, "requests: %+v", requests)
	calls := measure[httpSeen](t, m, measuring, "grpc", "-url", "http://"+to+":8080/a.B/C", "-n", "5")
	assert.Equal(t, map[string]int{"0": 5}, calls.Statuses, "calls: %+v", calls)
	names := measure[dnsSeen](t, m, hit, "dns", "-name", "kubernetes.default.svc.cluster.local.", "-n", "3")
	assert.Empty(t, names.Errors, "names: %+v", names)
	assert.NotContains(t, names.Addresses, "192.0.2.7")
	assert.Empty(t, m.processes(t, func(cmdline string) bool {
		return strings.Contains(cmdline, " stress-") || strings.Contains(cmdline, " fill-disk") || strings.Contains(cmdline, " trace ")
	}), "workers")
}
