package kubernetes

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
)

// observe reads the state back from whoever has the node, which is proof of the
// injection; what the cluster thinks of it comes later and is told beside it.
func (onNode) observe(ctx context.Context, l look) ([]finding, error) {
	out := make([]finding, len(l.nodes))
	group, ctx := errgroup.WithContext(ctx)
	for n, step := range l.nodes {
		group.Go(func() (err error) {
			out[n], err = l.node(ctx, l.record.Targets[n], step)
			return err
		})
	}
	return out, group.Wait()
}

func (l look) node(ctx context.Context, t providers.Target, step claim.NodeStep) (finding, error) {
	state, err := nodes.State(ctx, l.session.Cluster, l.record.ID, step)
	if err != nil {
		return finding{}, err
	}
	f := finding{target: t.Name, state: providers.Active}
	if state != machine.After(step.Action) {
		f.state, f.detail = providers.Absent, "it is "+state
		return f, nil
	}
	f.facts = []providers.Fact{{Name: "node_state", Text: fmt.Sprintf("%s %s is %s, says %s", noun(step.Action), t.Name, state, says(step)), Value: 1, Unit: "nodes"}}
	if node, err := l.session.node(ctx, t); err == nil {
		if isReady, said := readiness(node); !isReady {
			f.facts = append(f.facts, providers.Fact{Name: "node_not_ready", Text: fmt.Sprintf("node %s: %s", t.Name, said), Value: 1, Unit: "nodes"})
		}
	}
	return f, nil
}

func noun(action string) string {
	if action == machine.KubeletStop {
		return "the kubelet of node"
	}
	return "node"
}

func says(step claim.NodeStep) string {
	if step.Action == machine.KubeletStop {
		return "systemd"
	}
	return strings.TrimPrefix(step.Via, "kind/")
}

// settled waits until the node works and its cluster has seen so.
func (onNode) settled(ctx context.Context, l look) (string, error) {
	states, err := l.states(ctx)
	if err != nil {
		return "", err
	}
	var missing []string
	for n, step := range l.nodes {
		t := l.record.Targets[n]
		switch state := states[n]; state {
		case machine.Gone:
			continue
		case machine.After(step.Action):
			missing = append(missing, fmt.Sprintf("%s %s is still %s", noun(step.Action), t.Name, state))
			continue
		}
		wrong, err := l.recovering(ctx, t, step)
		if err != nil {
			return "", err
		}
		if wrong != "" {
			missing = append(missing, "node "+t.Name+": "+wrong)
		}
	}
	return strings.Join(missing, "; "), nil
}

// states reads all nodes at once: one may have to be waited for.
func (l look) states(ctx context.Context) ([]string, error) {
	out := make([]string, len(l.nodes))
	group, ctx := errgroup.WithContext(ctx)
	for n, step := range l.nodes {
		group.Go(func() (err error) {
			out[n], err = nodes.State(ctx, l.session.Cluster, l.record.ID, step)
			return err
		})
	}
	return out, group.Wait()
}

// recovering says why a node that works again does not count as well yet: the
// cluster believes for most of a minute what it heard last, before the fault.
func (l look) recovering(ctx context.Context, t providers.Target, step claim.NodeStep) (string, error) {
	node, err := l.session.node(ctx, t)
	if apierrors.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if isReady, said := readiness(node); !isReady {
		return said, nil
	}
	for _, taint := range node.Spec.Taints {
		if taint.Key == corev1.TaintNodeUnreachable || taint.Key == corev1.TaintNodeNotReady {
			return "it still has the taint " + taint.ToString(), nil
		}
	}
	fresh, err := nodes.Reports(ctx, l.session.Cluster, step, node, time.Now())
	if err != nil || fresh {
		return "", err
	}
	return "its kubelet has not reported since", nil
}
