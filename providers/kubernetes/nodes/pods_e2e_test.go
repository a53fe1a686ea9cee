//go:build e2e

package nodes_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// web is a Deployment with three pods that do no harm and take nothing.
const web = `# /apis/apps/v1/namespaces/NAMESPACE/deployments
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: app
        image: gameday/shop:dev
        args: [payments]
        env: [{name: LISTEN, value: ":8080"}]
        imagePullPolicy: IfNotPresent
`

const ofWeb = `target {
  namespace = "NAMESPACE"
  labels    = { app = "web" }
`

func TestPodsAreKilled(t *testing.T) {
	t.Parallel()
	b := newBench(t, "kubernetes_pod_kill", `grace_period = "0s"
`+ofWeb+"}", web, true)
	b.lifeCycle()
}

// TestOwnerWithoutPodsIsNotSettled takes the controller's chance to replace what
// was killed: the owner must be missed though no pod leads to it.
func TestOwnerWithoutPodsIsNotSettled(t *testing.T) {
	t.Parallel()
	b := newBench(t, "kubernetes_pod_kill", `grace_period = "0s"
`+ofWeb+"}", web+`---
# /api/v1/namespaces/NAMESPACE/resourcequotas
apiVersion: v1
kind: ResourceQuota
metadata: {name: full}
spec: {hard: {configmaps: "100"}}
`, true)
	record := b.prepare(lifetime)
	quotas := b.cluster.Typed.CoreV1().ResourceQuotas(b.namespace)
	b.setQuota(corev1.ResourceList{corev1.ResourcePods: quantity("0")})
	require.NoError(t, b.inject(record))
	b.proven(record)
	b.revert(record)
	seen := b.observe(record)
	assert.Equal(t, providers.Partial, seen.State, "%+v", seen)
	assert.Contains(t, seen.Detail, "deployment/web has 0 of 3 pods")
	// An owner that was scaled meanwhile owes no more than it wants now.
	patch := []byte(`{"spec":{"replicas":0}}`) // whatever its controller writes meanwhile
	_, err := b.cluster.Typed.AppsV1().Deployments(b.namespace).Patch(t.Context(), "web", types.MergePatchType, patch, metav1.PatchOptions{})
	require.NoError(t, err)
	assert.Equal(t, providers.Absent, b.observe(record).State)
	require.NoError(t, quotas.Delete(t.Context(), "full", metav1.DeleteOptions{}))
}

// TestPodsThatAppearAreKilled keeps a workload from coming back as long as the
// fault lasts, and no longer.
func TestPodsThatAppearAreKilled(t *testing.T) {
	t.Parallel()
	b := newBench(t, "kubernetes_pod_kill", `grace_period = "0s"
dynamic_targets = true
`+ofWeb+`
  count = 1
}`, web, true)
	record := b.prepare(lifetime)
	require.Len(t, record.Targets, 1)
	before := b.uids()
	require.NoError(t, b.inject(record))
	b.proven(record)
	seen := map[string]bool{}
	b.eventually("replacements that are killed, too", func(context.Context) error {
		for uid := range b.uids() {
			if !before[uid] {
				seen[uid] = true
			}
		}
		if len(seen) < 3 {
			return fmt.Errorf("%d replacements so far", len(seen))
		}
		return nil
	})
	still := 0
	for uid := range b.uids() {
		if before[uid] {
			still++
		}
	}
	assert.Equal(t, 2, still, "the pods that were there and not chosen stay")
	b.revert(record)
	b.gone(record)
	after := b.uids()
	b.never("a pod is killed after the revert", func() bool {
		now := b.uids()
		for uid := range after {
			if !now[uid] {
				return true
			}
		}
		return false
	})
}

// TestPodsThatAppearFail: what appears becomes a target, and another process undoes it
// there as well.
func TestPodsThatAppearFail(t *testing.T) {
	t.Parallel()
	b := newBench(t, "kubernetes_pod_failure", "dynamic_targets = true\n"+ofWeb+"\n}", web, true)
	record := b.prepare(lifetime)
	require.NoError(t, b.inject(record))
	b.proven(record)
	before := b.uids()
	pods, err := b.pods(t.Context())
	require.NoError(t, err)
	require.NoError(t, b.cluster.Typed.CoreV1().Pods(b.namespace).Delete(t.Context(), pods[0].Name, metav1.DeleteOptions{}))
	b.eventually("a new pod that is a target, too", func(ctx context.Context) error {
		now, err := b.pods(ctx)
		if err != nil {
			return err
		}
		for i := range now {
			if _, taken := now[i].Annotations[undo.Annotation(record.ID)]; taken && !before[string(now[i].UID)] {
				return nil
			}
		}
		return errors.New("no new pod has the fault's mark")
	})
	b.revertFresh(record)
	b.gone(record)
}

func TestPodsFail(t *testing.T) {
	t.Parallel()
	b := newBench(t, "kubernetes_pod_failure", ofWeb+`
  count = 2
}`, web, true)
	b.lifeCycle()
	pods, err := b.pods(t.Context())
	require.NoError(t, err)
	for _, pod := range pods {
		assert.Equal(t, "gameday/shop:dev", pod.Spec.Containers[0].Image)
	}
}

func TestContainersAreKilled(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]bool{"through the node's container": true, "through a privileged pod": false} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "kubernetes_container_kill", ofWeb+`
  count = 1
}`, web, kind)
			record := b.prepare(lifetime)
			require.Equal(t, providers.Absent, b.observe(record).State)
			before := b.uids()
			require.NoError(t, b.inject(record))
			b.proven(record)
			assert.Equal(t, before, b.uids(), "the pods stay")
			b.revertFresh(record)
			b.gone(record)
			b.revert(record)
			b.gone(record)
		})
	}
}

func TestContainerMustBeNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t, "kubernetes_container_kill", `container = "sidecar"
`+ofWeb+"}", web, true)
	_, diags := b.plan()
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags[0].Detail, `has no container "sidecar", but app`)
}

// TestPrivilegedPodsMustBeAllowed is about a cluster that is not kind's.
func TestPrivilegedPodsMustBeAllowed(t *testing.T) {
	t.Parallel()
	b := newBench(t, "kubernetes_container_kill", ofWeb+"}", web, false)
	outputs := b.env.Outputs.AsValueMap()
	outputs["allow_privileged"] = no
	b.env.Outputs = object(outputs)
	_, diags := b.plan()
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags[0].Detail, "allow_privileged = true")
}
