//go:build e2e

package crashmatrix

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// harmed is the label and the taint of the worker that faults on nodes have for themselves.
const harmed = "gameday.dev/harmed"

// onHarmed has the scheduler put at least one pod of a workload onto that worker.
const onHarmed = "tolerations: [{key: " + harmed + ", operator: Exists}]\n" +
	"      affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, preference: {matchExpressions: [{key: " + harmed + ", operator: Exists}]}}]}}"

// workerToHarm is that worker.
func workerToHarm(t *testing.T, client kubernetes.Interface) string {
	t.Helper()
	nodes, err := client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{LabelSelector: harmed})
	require.NoError(t, err)
	require.Len(t, nodes.Items, 1, "the cluster needs a worker that may be harmed, as ci/kind/cluster.yaml has it")
	return nodes.Items[0].Name
}
