//go:build e2e

package kubernetes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/exec"
)

// TestProcesses: a paused process answers nobody, and answers again.
func TestProcesses(t *testing.T) {
	t.Parallel()
	m := newMeters(t)
	asked := []string{"http", "-url", "http://" + m.address[hit] + ":8080/", "-n", "2", "-timeout", "700ms"}
	answers := func() map[string]int { return measure[httpSeen](t, m, measuring, asked...).Statuses }
	m.with(t, "kubernetes_process_pause", "container = \"meter\"", func() {
		assert.Empty(t, answers())
		beside := measure[httpSeen](t, m, measuring, "http", "-url", "http://"+m.address[bystander]+":8080/", "-n", "2")
		assert.Equal(t, map[string]int{"200": 2}, beside.Statuses)
	})
	assert.Equal(t, map[string]int{"200": 2}, answers(), "it answers again")
}

// TestSomeProcesses: of the processes in a container, those that are meant are stopped
// or end, and its first goes on serving.
func TestSomeProcesses(t *testing.T) {
	t.Parallel()
	m := newMeters(t)
	long := func(n string) []string {
		return []string{"udp", "-to", m.address[bystander] + ":9001", "-interval", "10ms", "-n", n}
	}
	other := m.begin(t, long("111111")...)
	for name, c := range map[string]struct{ typ, config string }{
		"by arguments": {"kubernetes_process_kill", "cmdline = \"-n 222222$\""},
		"by signal":    {"kubernetes_process_kill", "process = \"met*\"\ncmdline = \"222222\"\nsignal = \"SIGQUIT\""},
		"paused":       {"kubernetes_process_pause", "process = \"meter\"\ncmdline = \"-n 22222[2]\""},
	} {
		meant := m.begin(t, long("222222")...)
		m.with(t, c.typ, "container = \"meter\"\n"+c.config, func() {
			if c.typ == "kubernetes_process_kill" {
				var status exec.ExitError
				require.ErrorAs(t, <-meant, &status, name)
				assert.Contains(t, []int{137, 2, 131}, status.ExitStatus(), name)
			}
			serves := measure[httpSeen](t, m, measuring, "http", "-url", "http://"+m.address[hit]+":8080/", "-n", "5")
			assert.Equal(t, map[string]int{"200": 5}, serves.Statuses, "%s: the first process of the container", name)
		})
	}
	select {
	case err := <-other:
		assert.Fail(t, "a process that was not meant has ended", "%v", err)
	default:
	}
	pod, err := m.Typed.CoreV1().Pods(m.namespace).Get(t.Context(), hit, metav1.GetOptions{})
	require.NoError(t, err)
	assert.Zero(t, pod.Status.ContainerStatuses[0].RestartCount)
}

// begin runs the meter in the pod that is hit beside everything else, and returns once
// its process is there. What it ends with comes on the channel.
func (m meters) begin(t *testing.T, args ...string) <-chan error {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		_, err := m.run(t.Context(), hit, args...)
		ended <- err
	}()
	require.Eventually(t, func() bool {
		return len(m.processes(t, func(cmdline string) bool { return cmdline == "/meter "+join(args) })) == 1
	}, apiPatience, apiTick)
	return ended
}

func join(args []string) string {
	var text string
	for _, a := range args {
		text += a + " "
	}
	return text
}
