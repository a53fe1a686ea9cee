//go:build e2e

package nodes_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// many are pods that no node takes, so that only the API server has work.
const many = `# /apis/apps/v1/namespaces/NAMESPACE/deployments
apiVersion: apps/v1
kind: Deployment
metadata: {name: many}
spec:
  replicas: 200
  selector: {matchLabels: {app: many}}
  template:
    metadata: {labels: {app: many}}
    spec:
      nodeSelector: {example.com/none: "true"}
      terminationGracePeriodSeconds: 0
      containers: [{name: app, image: "registry.k8s.io/pause:3.10.1"}]
`

// TestManyPodsAreKilledAsFastAsByALoop compares with what anybody would write: a
// loop over a client without a limit of its own.
func TestManyPodsAreKilledAsFastAsByALoop(t *testing.T) {
	b := newBench(t, "kubernetes_pod_kill", `grace_period = "0s"
target {
  namespace = "NAMESPACE"
  labels    = { app = "many" }
}`, web, true)
	b.apply(many)
	var ours, loop []time.Duration
	for range 3 {
		b.awaitMany(200)
		loop = append(loop, b.loop())
		b.awaitMany(200)
		record := b.prepare(lifetime)
		require.Len(t, record.Targets, 200)
		begun := time.Now()
		require.NoError(t, b.inject(record))
		ours = append(ours, time.Since(begun))
		b.revert(record)
	}
	t.Logf("200 pods: gameday %v, a loop %v", ours, loop)
	assert.LessOrEqual(t, least(ours).Seconds(), 1.2*least(loop).Seconds())
}

func least(all []time.Duration) time.Duration {
	best := all[0]
	for _, d := range all {
		best = min(best, d)
	}
	return best
}

// awaitMany waits for as many pods of the Deployment.
func (b *bench) awaitMany(n int) {
	b.t.Helper()
	b.eventually("the pods of many", func(ctx context.Context) error {
		list, err := b.cluster.Typed.CoreV1().Pods(b.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=many"})
		if err == nil && len(list.Items) != n {
			err = fmt.Errorf("%d pods", len(list.Items))
		}
		return err
	})
}

func (b *bench) loop() time.Duration {
	b.t.Helper()
	pods := b.cluster.Typed.CoreV1().Pods(b.namespace)
	list, err := pods.List(b.t.Context(), metav1.ListOptions{LabelSelector: "app=many"})
	require.NoError(b.t, err)
	now := int64(0)
	begun := time.Now()
	for i := range list.Items {
		require.NoError(b.t, pods.Delete(b.t.Context(), list.Items[i].Name, metav1.DeleteOptions{GracePeriodSeconds: &now}))
	}
	return time.Since(begun)
}
