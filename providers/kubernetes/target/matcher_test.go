package target_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/target"
)

func TestAMatcherKnowsPodsThatAppearLater(t *testing.T) {
	given := attrs{"owner": word("deployment/payments"), "node_labels": pairs("topology.kubernetes.io/zone", "a"), "count": cty.NumberIntVal(1)}
	m, diags := target.NewMatcher(body(t, target.Pod, given), shop(), []string{"shop"})
	require.Empty(t, diags)

	replacement := pod("shop", "payments", 99, "worker-1")
	assert.True(t, m.Matches(&replacement))

	elsewhere := pod("shop", "payments", 99, "worker-2")
	assert.False(t, m.Matches(&elsewhere), "in the other zone")
	outside := pod("canary", "payments", 99, "worker-1")
	assert.False(t, m.Matches(&outside), "outside the fence")
	other := pod("shop", "cart", 99, "worker-1")
	assert.False(t, m.Matches(&other), "of another workload")

	ending := pod("shop", "payments", 99, "worker-1")
	ending.DeletionTimestamp = &metav1.Time{}
	assert.False(t, m.Matches(&ending), "being deleted")
	done := pod("shop", "payments", 99, "worker-1")
	done.Status.Phase = corev1.PodSucceeded
	assert.False(t, m.Matches(&done), "over")
}

func TestAMatcherKnowsTheDeploymentOfANewReplicaSet(t *testing.T) {
	m, diags := target.NewMatcher(body(t, target.Pod, attrs{"owner": word("deployment/payments")}), shop(), nil)
	require.Empty(t, diags)
	rolled := pod("shop", "payments", 1, "worker-1")
	rolled.ObjectMeta = controlledBy(meta("shop", "payments-6c9f-x", "pod-template-hash", "6c9f"), "ReplicaSet", "payments-6c9f")
	assert.True(t, m.Matches(&rolled))
	rolled.Labels["pod-template-hash"] = "other"
	assert.False(t, m.Matches(&rolled), "a ReplicaSet that no Deployment made")
}

func TestAMatcherRefusesWhatChooseRefuses(t *testing.T) {
	_, diags := target.NewMatcher(body(t, target.Pod, attrs{"expressions": word("(")}), shop(), nil)
	assert.True(t, diags.HasErrors())
}
