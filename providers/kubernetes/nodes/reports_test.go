package nodes

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestAKubeletHasToSpeakForItself: what the cluster believes of a node is of the kubelet of before until the new one has posted.
func TestAKubeletHasToSpeakForItself(t *testing.T) {
	started := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	posted := func(kind corev1.NodeConditionType, at time.Time) *corev1.Node {
		return &corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: kind, LastHeartbeatTime: metav1.NewTime(at)}}}}
	}
	for name, c := range map[string]struct {
		node *corev1.Node
		want bool
	}{
		"before":            {posted(corev1.NodeReady, started.Add(-time.Second)), false},
		"in that second":    {posted(corev1.NodeReady, started), true},
		"since":             {posted(corev1.NodeReady, started.Add(time.Minute)), true},
		"of something else": {posted(corev1.NodeMemoryPressure, started.Add(time.Minute)), false},
		"never":             {&corev1.Node{}, false},
	} {
		assert.Equal(t, c.want, saidSince(c.node, started), name)
	}
}
