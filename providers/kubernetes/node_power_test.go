package kubernetes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

func aNode(name string, controls, ready bool) corev1.Node {
	node := corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if controls {
		node.Labels = map[string]string{labelControlPlane: ""}
	}
	status := corev1.ConditionFalse
	if ready {
		status = corev1.ConditionTrue
	}
	node.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: status}}
	return node
}

// TestQuorumIsKept by those that are left and work.
func TestQuorumIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		ready  []bool // of the control planes "a", "b", ...
		chosen []string
		want   string // empty: it is kept
	}{
		"one of three":                   {[]bool{true, true, true}, []string{"b"}, ""},
		"two of three":                   {[]bool{true, true, true}, []string{"b", "c"}, "The cluster has 3 control plane nodes (3 ready) and needs 2 of them; with b, c taken away 1 would be left."},
		"the second of three":            {[]bool{false, true, true}, []string{"b"}, "The cluster has 3 control plane nodes (2 ready) and needs 2 of them; with b taken away 1 would be left."},
		"one of three that is down":      {[]bool{false, true, true}, []string{"a"}, ""},
		"the second of five":             {[]bool{false, true, true, true, true}, []string{"b"}, ""},
		"the only one":                   {[]bool{true}, []string{"a"}, "The cluster has 1 control plane node (1 ready) and needs 1 of them; with a taken away 0 would be left."},
		"a worker":                       {[]bool{true}, []string{"worker"}, ""},
		"a worker, without quorum as is": {[]bool{false, false, true}, []string{"worker"}, ""},
		"no control plane to be seen":    {nil, []string{"worker"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world.World{Nodes: []corev1.Node{aNode("worker", false, true)}}
			for i, ready := range c.ready {
				w.Nodes = append(w.Nodes, aNode(string(rune('a'+i)), true, ready))
			}
			diags := planning{world: w, choice: target.Choice{Targets: targetsOf(c.chosen...)}}.keepsQuorum()
			if c.want == "" {
				assert.Empty(t, diags)
				return
			}
			require.Len(t, diags, 1)
			assert.Contains(t, diags[0].Detail, c.want)
		})
	}
}
