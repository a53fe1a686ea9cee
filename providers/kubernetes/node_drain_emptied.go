package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// settled waits for nodes that are open again.
func (nodeDrain) settled(ctx context.Context, l look) (string, error) { return l.openAgain(ctx) }

// settling waits for what was evicted from them.
func (nodeDrain) settling(ctx context.Context, l look) (string, error) {
	var data drained
	if err := decode(l.data, &data); err != nil {
		return "", err
	}
	return l.short(ctx, data.Owners)
}

// observe takes as evidence that the node is unschedulable and the pods that were
// on it are gone.
func (nodeDrain) observe(ctx context.Context, l look) ([]finding, error) {
	var data drained
	if err := decode(l.data, &data); err != nil {
		return nil, err
	}
	targets := make([]providers.Target, len(data.Pods))
	for n, g := range data.Pods {
		targets[n] = g.target()
	}
	there, err := l.there(ctx, namespacesOf(targets, nil))
	if err != nil {
		return nil, err
	}
	return l.each(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		f, err := l.unschedulable(ctx, t)
		if err != nil || f.state == providers.Absent {
			return f, err
		}
		return l.emptied(ctx, f, data.of(t.Name), there), nil
	})
}

func (d drained) of(node string) []guest {
	var out []guest
	for _, g := range d.Pods {
		if g.Node == node {
			out = append(out, g)
		}
	}
	return out
}

// emptied adds to the finding on a node what became of its pods.
func (l look) emptied(ctx context.Context, f finding, guests []guest, there map[string]presence) finding {
	var staying []string
	left := 0
	for _, g := range guests {
		switch there[g.UID] {
		case gone:
			left++
		case ending:
			f.detail = joined(f.detail, "pod "+g.Name+" is ending")
		default:
			staying = append(staying, g.Name+l.why(ctx, g))
		}
	}
	if len(guests) > 0 {
		f.facts = append(f.facts, providers.Fact{
			Name: "pods_gone", Text: fmt.Sprintf("%d of the %d pods that were on it are gone", left, len(guests)), Value: float64(left), Unit: "pods",
		})
	}
	if left < len(guests) {
		f.facts = nil
	}
	if len(guests) == 0 { // that it is cordoned is no evidence of a drain
		f.facts, f.detail = nil, joined(f.detail, "no pod was on it that a drain takes away")
	}
	if len(staying) > 0 {
		f.state, f.detail = providers.Partial, joined(f.detail, "there are still "+strings.Join(staying, ", "))
	}
	return f
}

// why asks the server, without effect, what keeps a pod.
func (l look) why(ctx context.Context, g guest) string {
	var status *undo.StatusError
	if err := l.session.evictOne(ctx, g, nil, true); isProtected(err) && errors.As(err, &status) {
		return ": " + strings.TrimSuffix(status.Message, ".")
	}
	return ""
}
