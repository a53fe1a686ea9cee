package kubernetes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// TestScaleKeepsVolumes: what a StatefulSet deletes as it is scaled down does not come back
// with its pods, and what it makes as it is scaled up does not always go with them.
func TestScaleKeepsVolumes(t *testing.T) {
	const deletes, retains = appsv1.DeletePersistentVolumeClaimRetentionPolicyType, appsv1.RetainPersistentVolumeClaimRetentionPolicyType
	for name, c := range map[string]struct {
		whenScaled appsv1.PersistentVolumeClaimRetentionPolicyType
		templates  int
		replicas   string
		severity   providers.Severity
		says       string
	}{
		"deletes, down":                   {deletes, 2, "1", providers.Error, "4 volumes of 2 pods"},
		"deletes, down, none of its own":  {deletes, 0, "1", 0, ""},
		"deletes, up":                     {deletes, 2, "4", providers.Warning, "2 volumes of 1 pod"},
		"deletes, up, none of its own":    {deletes, 0, "4", 0, ""},
		"deletes, and nothing changes":    {deletes, 2, "3", providers.Warning, "has 3 replicas already"},
		"retains, down":                   {retains, 2, "1", 0, ""},
		"retains, up":                     {retains, 2, "5", providers.Warning, "4 volumes of 2 pods"},
		"says nothing, which retains":     {"", 1, "1", 0, ""},
		"says nothing, up, which retains": {"", 1, "4", providers.Warning, "stay"},
	} {
		t.Run(name, func(t *testing.T) {
			w := withVolumes(c.whenScaled, c.templates)
			p := planning{config: providertest.Decode(t, scale{}.schema(), "replicas = "+c.replicas+"\ntarget {}"), plan: &providers.FaultPlan{}}
			diags := scalePlanned(p, w)
			if c.says == "" {
				require.Empty(t, diags)
				return
			}
			require.Len(t, diags, 1)
			assert.Equal(t, c.severity, diags[0].Severity)
			assert.Contains(t, diags[0].Detail, c.says)
		})
	}
}

func withVolumes(whenScaled appsv1.PersistentVolumeClaimRetentionPolicyType, templates int) workload {
	w := aWorkload("statefulset", 3, 3, 3)
	w.Spec.VolumeClaimTemplates = make([]corev1.PersistentVolumeClaim, templates)
	if whenScaled != "" {
		w.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{WhenScaled: whenScaled}
	}
	return w
}

// TestScaleLooksAtVolumesAgain: the plan may be of before the StatefulSet was told to delete
// volumes, or of before the number was known.
func TestScaleLooksAtVolumesAgain(t *testing.T) {
	server, api := apitest.New(t)
	server.Put("/apis/apps/v1/namespaces/shop/statefulsets/db", map[string]any{
		"metadata": map[string]any{"uid": "u", "namespace": "shop"},
		"spec": map[string]any{
			"replicas": 3, "volumeClaimTemplates": []any{map[string]any{"metadata": map[string]any{"name": "data"}}},
			"persistentVolumeClaimRetentionPolicy": map[string]any{"whenScaled": "Delete"},
		},
	})
	p := preparation{
		session: sessionOn(api), config: providertest.Decode(t, scale{}.schema(), "replicas = 0\ntarget {}"),
		targets: []providers.Target{{Kind: "statefulset", Name: "shop/db", UID: "u"}},
	}
	_, err := scale{}.intend(t.Context(), p)
	require.ErrorContains(t, err, "3 volumes of 3 pods")
	server.Edit("/apis/apps/v1/namespaces/shop/statefulsets/db", func(o map[string]any) {
		delete(o["spec"].(map[string]any), "persistentVolumeClaimRetentionPolicy")
	})
	_, err = scale{}.intend(t.Context(), p)
	require.NoError(t, err)
}
