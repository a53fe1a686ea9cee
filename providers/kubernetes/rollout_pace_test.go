package kubernetes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
)

// TestPartitionsOfRollouts: a StatefulSet replaces the pods from its partition on, and no others.
func TestPartitionsOfRollouts(t *testing.T) {
	for name, c := range map[string]struct {
		partition, replicas int32
		pace                string
		refused             string // empty: it rolls out
	}{
		"none":               {0, 3, "statefulset/shop/payments replaces its pods one after the other, the last first", ""},
		"some":               {2, 3, "statefulset/shop/payments replaces 1 of 3 pods, one after the other, the last first: its update strategy has partition = 2", ""},
		"all":                {3, 3, "", "statefulset/shop/payments has partition = 3 in its update strategy, and 3 pods: a rollout replaces none of them."},
		"more than there is": {5, 1, "", "statefulset/shop/payments has partition = 5 in its update strategy, and 1 pod: a rollout replaces none of them."},
	} {
		t.Run(name, func(t *testing.T) {
			w := aWorkload("statefulset", c.replicas, c.replicas, c.replicas)
			w.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{Partition: &c.partition}
			diags := w.rolls()
			if c.refused == "" {
				assert.Empty(t, diags)
				assert.Equal(t, c.pace, w.pace())
				return
			}
			require.True(t, diags.HasErrors())
			assert.Contains(t, diags[0].Detail, c.refused)
		})
	}
	empty := aWorkload("statefulset", 0, 0, 0)
	assert.False(t, empty.rolls().HasErrors(), "it warns that it has none")
	assert.NotEmpty(t, empty.rolls())
}
