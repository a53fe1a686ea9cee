//go:build e2e

package crashmatrix

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/runner/journal"
)

const (
	outage   = 20 * time.Second
	manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml"
)

// TestAPIServerOutage: the API server is away from the middle of the fault until
// long after its end. The revert is tried until it is back, and verified. As the
// fault could not be seen when its time was over, the run proves nothing.
func TestAPIServerOutage(t *testing.T) {
	b := newBench(t, "kubernetes_scale", clusterFaults()["kubernetes_scale"])
	c := b.newCase("", 0, 0)
	cmd := c.command("apply", "-auto-approve")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return c.has(journal.FaultActive) }, time.Minute, 5*time.Millisecond)
	b.stopAPIServer()
	_ = cmd.Wait() // its exit code tells
	b.renewNames()
	text := strings.Join(strings.Fields(output.String()), " ")
	assert.Equal(t, 5, cmd.ProcessState.ExitCode(), output.String())
	assert.Contains(t, text, "reverted and verified", output.String())
	assert.Contains(t, text, "there is no evidence that it lasted", output.String())
	b.asBefore(c)
	c.journalIsClean()
}

// has reports whether the run's journal has an entry.
func (c *crash) has(kind journal.Type) bool {
	dirs, err := filepath.Glob(filepath.Join(c.dir, ".gameday", "runs", "*"))
	if err != nil || len(dirs) != 1 {
		return false
	}
	replay, err := journal.Read(dirs[0])
	if err != nil {
		return false
	}
	for _, entry := range replay.Entries {
		if entry.Type == kind {
			return true
		}
	}
	return false
}

// stopAPIServer takes its static pod away, and brings it back when it has been
// away for the time of the outage.
func (b *bench) stopAPIServer() {
	b.t.Helper()
	node := b.controlPlane()
	b.onNode(node, "mv", manifest, "/kube-apiserver.yaml")
	b.t.Cleanup(func() { // also when the test fails in between: others need it
		_ = exec.Command("docker", "exec", node, "sh", "-c", "[ ! -e /kube-apiserver.yaml ] || mv /kube-apiserver.yaml "+manifest).Run()
	})
	require.Eventually(b.t, func() bool { return !b.answers() }, time.Minute, 50*time.Millisecond, "the API server did not stop")
	gone := time.Now()
	require.Eventually(b.t, func() bool { return time.Since(gone) >= outage }, outage+time.Second, 100*time.Millisecond)
	b.onNode(node, "mv", "/kube-apiserver.yaml", manifest)
	require.Eventually(b.t, b.answers, 2*time.Minute, 100*time.Millisecond, "the API server did not come back")
}

// renewNames takes the cluster's name servers for new ones. Those of before wait for up to a minute before they ask the API
// server again, and have no names until then for the services of whatever is tested next.
func (b *bench) renewNames() {
	b.t.Helper()
	pods, servers := b.client.CoreV1().Pods(metav1.NamespaceSystem), metav1.ListOptions{LabelSelector: "k8s-app=kube-dns"}
	old, err := pods.List(b.t.Context(), servers)
	require.NoError(b.t, err)
	require.NotEmpty(b.t, old.Items)
	require.NoError(b.t, pods.DeleteCollection(b.t.Context(), metav1.DeleteOptions{}, servers))
	require.Eventually(b.t, func() bool {
		now, err := pods.List(b.t.Context(), servers)
		return err == nil && len(now.Items) == len(old.Items) && !slices.ContainsFunc(now.Items, func(p corev1.Pod) bool {
			isOld := slices.ContainsFunc(old.Items, func(o corev1.Pod) bool { return o.UID == p.UID })
			return isOld || !isReady(&p)
		})
	}, 2*time.Minute, 100*time.Millisecond, "new name servers are not ready")
}

func (b *bench) answers() bool {
	_, err := b.client.Discovery().ServerVersion()
	return err == nil
}

func (b *bench) controlPlane() string {
	b.t.Helper()
	nodes, err := b.client.CoreV1().Nodes().List(b.t.Context(), metav1.ListOptions{LabelSelector: "node-role.kubernetes.io/control-plane"})
	require.NoError(b.t, err)
	require.Len(b.t, nodes.Items, 1)
	return nodes.Items[0].Name
}

// onNode runs a command in the container that is the node.
func (b *bench) onNode(node string, args ...string) {
	b.t.Helper()
	text, err := exec.Command("docker", append([]string{"exec", node}, args...)...).CombinedOutput()
	require.NoError(b.t, err, "%s", text)
}
