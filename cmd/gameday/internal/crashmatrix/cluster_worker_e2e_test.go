//go:build e2e

package crashmatrix

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// workerToHarm is the last worker.
func workerToHarm(t *testing.T, client kubernetes.Interface) string {
	t.Helper()
	nodes, err := client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{LabelSelector: "!node-role.kubernetes.io/control-plane"})
	require.NoError(t, err)
	require.Greater(t, len(nodes.Items), 1, "the cluster needs a worker that may be harmed, and one for everybody else")
	return nodes.Items[len(nodes.Items)-1].Name
}

// spareTaint keeps pods off the worker that is harmed, but those of faults on nodes.
const spareTaint = "gameday.dev/crash-matrix"

// spareWorker keeps the faults on nodes and those beside them apart.
func spareWorker(t *testing.T) {
	t.Helper()
	_, client := connect(t)
	worker := workerToHarm(t, client)
	taint := func(taints string) {
		patch := fmt.Sprintf(`{"spec":{"taints":%s}}`, taints)
		_, err := client.CoreV1().Nodes().Patch(context.WithoutCancel(t.Context()), worker, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		require.NoError(t, err)
	}
	taint(`[{"key":"` + spareTaint + `","effect":"NoSchedule"}]`)
	t.Cleanup(func() { taint("null") })
}
