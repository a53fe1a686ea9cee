package kubernetes

import (
	"context"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// lookBeyond reads the claims outside the fence. Marks on what is in no namespace are
// seen from everywhere and claimed in the namespace of a target, and some faults put
// pods into another namespace than that of their targets: without these claims, faults
// in place would be taken for strays.
func (w *sweeping) lookBeyond(ctx context.Context) {
	if len(w.Access.Namespaces) == 0 {
		w.seesAll = true
		return
	}
	all, err := w.claims().List(ctx)
	w.seesAll = err == nil // why it can't be read changes nothing: see mayBeClaimed
	w.read = w.Access.Namespaces
	if _, err := w.claims().List(ctx, claim.ClusterNamespace); err == nil {
		w.read = claim.Around(w.Access.Namespaces)
	}
	for _, h := range all {
		if !slices.Contains(claim.Around(w.Access.Namespaces), h.Namespace) {
			w.beyond = append(w.beyond, h)
		}
	}
}

// isClaimed reports whether a claim was seen of the fault that has left a mark, be it
// one that can't be read.
func (w *sweeping) isClaimed(m stray) bool {
	return slices.ContainsFunc(slices.Concat(w.held, w.beyond), func(h claim.Held) bool { return h.Covers(m.id) })
}

// mayBeClaimed reports whether a claim may stand that could not be seen. That on a
// changed object in a namespace is there, too; what is in none, and what was added, may
// belong to a claim in any. Whoever says of its run that it is dead knows better.
func (w *sweeping) mayBeClaimed(m stray) bool {
	if w.seesAll || w.req.Alive && w.req.Run != "" {
		return false
	}
	_, below, _ := strings.Cut(m.step.Path, "/namespaces/")
	return !strings.Contains(below, "/") || m.step.Kind == undo.Remove
}

// tellUnlisted warns of what was not looked at. A fault of this user may be there: to
// change an object takes no right to list its kind.
func (w *sweeping) tellUnlisted() {
	if len(w.unlisted) == 0 {
		return
	}
	slices.Sort(w.unlisted)
	w.diags = append(w.diags, providers.Warningf(nil, "Not everything was looked at",
		"This user may not list %s, so that what a fault has changed or added there and nobody claims is not found. What is claimed is. Sweep as a user who may list them.",
		strings.Join(slices.Compact(w.unlisted), ", "))...)
}
