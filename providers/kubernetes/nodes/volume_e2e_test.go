//go:build e2e

package nodes_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
)

// store is a claim and a workload that has it mounted.
const store = `# /api/v1/namespaces/NAMESPACE/persistentvolumeclaims
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 64Mi}}
---
# /apis/apps/v1/namespaces/NAMESPACE/deployments
apiVersion: apps/v1
kind: Deployment
metadata: {name: store}
spec:
  replicas: 1
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec:
      terminationGracePeriodSeconds: 0
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      containers:
      - name: app
        image: registry.k8s.io/pause:3.10.1
        volumeMounts: [{name: data, mountPath: /data}]
`

const ofStore = `target {
  namespace = "NAMESPACE"
  names     = ["data"]
}`

func TestVolumesAreFilled(t *testing.T) {
	t.Parallel()
	b := newBench(t, "kubernetes_pvc_fill", `size = "16Mi"
`+ofStore, store, true)
	plan, diags := b.plan()
	require.False(t, diags.HasErrors(), "%+v", diags)
	assert.NotEmpty(t, diags, "that the volume is on the node's own disk is told")
	assert.Contains(t, fmt.Sprint(plan.Radius), "mounts "+b.namespace+"/data")
	b.lifeCycle()
}

// TestShareOfTheNodesDiskIsRefused is about volumes that are folders of it.
func TestShareOfTheNodesDiskIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, "kubernetes_pvc_fill", `percent = 90
`+ofStore, store, true)
	_, diags := b.plan()
	require.True(t, diags.HasErrors())
	assert.Equal(t, "Share of the node's own disk", diags[0].Summary)
}

func TestReserveIsKept(t *testing.T) {
	t.Parallel()
	b := newBench(t, "kubernetes_pvc_fill", `size = "16Mi"
reserve = "1000Ti"
`+ofStore, store, true)
	record := b.prepare(lifetime)
	require.ErrorContains(t, b.inject(record), "the reserve would be touched")
	b.revert(record)
	b.gone(record)
}

// TestFillerThatIsKilledFreesTheSpace takes the pod away as the end of its node
// would: nothing has to be cleaned up.
func TestFillerThatIsKilledFreesTheSpace(t *testing.T) {
	t.Parallel()
	b := newBench(t, "kubernetes_pvc_fill", `size = "16Mi"
`+ofStore, store, true)
	record := b.prepare(lifetime)
	require.NoError(t, b.inject(record))
	b.proven(record)
	now := int64(0)
	pods, err := b.pods(t.Context())
	require.NoError(t, err)
	for i := range pods {
		if pods[i].Spec.Containers[0].Name == "fill" {
			require.NoError(t, b.cluster.Typed.CoreV1().Pods(b.namespace).Delete(t.Context(), pods[i].Name, metav1.DeleteOptions{GracePeriodSeconds: &now}))
		}
	}
	b.eventually("the fault's absence", func(context.Context) error {
		if seen := b.observe(record); seen.State == providers.Active {
			return fmt.Errorf("%+v", seen)
		}
		return nil
	})
	b.revert(record)
	b.gone(record)
}
