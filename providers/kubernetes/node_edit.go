package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
)

// node reads the node of a target. A replacement under its name is an error as if
// there were none.
func (s *session) node(ctx context.Context, t providers.Target) (*corev1.Node, error) {
	node, err := s.Typed.CoreV1().Nodes().Get(ctx, t.Name, metav1.GetOptions{})
	if err == nil && string(node.UID) != t.UID {
		return nil, apierrors.NewNotFound(corev1.Resource("nodes"), t.Name)
	}
	return node, err
}

// nodesOf are the chosen nodes of a plan; none while the cluster is not known.
func (p planning) nodesOf() []*corev1.Node {
	var out []*corev1.Node
	for _, t := range p.choice.Targets {
		if node, ok := p.world.Node(t.Name); ok {
			out = append(out, node)
		}
	}
	return out
}

// editNodeRules are the rights of faults that edit nodes.
func editNodeRules(why string) []providers.AccessRule {
	return []providers.AccessRule{{Resource: "nodes", Verbs: []string{"get", "patch"}, Cluster: true, Why: why}}
}

// openAgain waits for the node controller: it takes away the taint by which it keeps
// pods from a cordoned node soon after that is schedulable again.
func (l look) openAgain(ctx context.Context) (string, error) {
	var missing []string
	for _, t := range l.record.Targets {
		node, err := l.session.node(ctx, t)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return "", err
		}
		left := slices.ContainsFunc(node.Spec.Taints, func(taint corev1.Taint) bool { return taint.Key == corev1.TaintNodeUnschedulable })
		if left && !node.Spec.Unschedulable { // somebody else may have cordoned it before
			missing = append(missing, fmt.Sprintf("node %s still has the taint %s", t.Name, corev1.TaintNodeUnschedulable))
		}
	}
	return strings.Join(missing, "; "), nil
}
