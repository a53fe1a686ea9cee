package kubernetes

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/pause"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// pace bounds a hunt: each pod that is killed makes its controller create another
// one, and without a pause the two would go round as fast as the server can.
const pace = time.Second

// hunter is a behavior that can also do it to pods that appear while the fault is in
// place.
type hunter interface {
	behavior

	// isPrey reports whether it can be done to a pod, and undone.
	isPrey(config schema.Values, pod *corev1.Pod) bool
}

// dynamicTargets is the attribute of hunters.
func dynamicTargets() schema.Attribute {
	return schema.Attribute{
		Name: "dynamic_targets", Type: boolean(), Default: cty.False,
		Description: "Whether pods that appear in the targets' namespaces while the fault is in place, and match the target block, at once or later, become targets too, within about a second; count and percent do not limit them. No more do when gameday has ended.",
	}
}

// huntRules are what hunters need beside the rest.
func (f *fault) huntRules() []providers.AccessRule {
	if _, can := f.behavior.(hunter); !can {
		return nil
	}
	return []providers.AccessRule{
		{Resource: "pods", Verbs: []string{"watch"}, Why: "see pods that appear, with dynamic_targets"},
		{Group: "coordination.k8s.io", Resource: "leases", Verbs: []string{"patch"}, Why: "claim pods that appear, with dynamic_targets"},
	}
}

// hunts reports whether a fault goes on with pods that appear.
func (f *fault) hunts(config schema.Values) bool {
	_, can := f.behavior.(hunter)
	return can && config.Bool("dynamic_targets")
}

// hunt makes targets of pods that appear and match a target block.
type hunt struct {
	injection
	fault      *fault
	hunter     hunter
	namespaces []string // of the targets: the claim stands there, and so do those who undo it
	stirred    chan struct{}

	known  sync.Map        // UIDs that were there before, were taken, or are another run's; watches look at it, too
	ours   map[string]bool // UIDs that nobody else held when they were claimed
	unsure []undo.Step     // of pods that were taken, since when the claim was not seen
}

// newHunt notes which pods are there already. Nil is the hunt of a fault that has none.
func (f *fault) newHunt(ctx context.Context, i injection) (*hunt, error) {
	how, can := f.behavior.(hunter)
	if !can || !f.hunts(i.config) {
		return nil, nil //nolint:nilnil // there is nothing to do, and that is no error
	}
	h := &hunt{
		injection: i, fault: f, hunter: how, namespaces: namespacesOf(i.record.Targets, nil),
		stirred: make(chan struct{}, 1), ours: map[string]bool{},
	}
	w, err := i.session.read(ctx, 0)
	if err != nil {
		return nil, err
	}
	for j := range w.Pods {
		h.knows(w.Pods[j].UID)
	}
	return h, nil
}

// begin hunts beside everything else until the fault ends.
func (h *hunt) begin() {
	if h != nil {
		h.session.pursuits.start(h.record.ID, h.record.Deadline, h.run)
	}
}

// run hunts until ctx ends or the fault's claim is gone, whoever undid it.
func (h *hunt) run(ctx context.Context) {
	defer h.withdraw(ctx) // whatever ends the hunt, the fault is over
	ctx, cancel := context.WithCancel(ctx)
	var watches sync.WaitGroup
	defer watches.Wait()
	defer cancel()
	for _, ns := range h.namespaces {
		watches.Go(func() { h.watch(ctx, ns) })
	}
	h.stir() // for what appeared before the watch began
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.stirred:
		}
		switch err := h.sweep(ctx); {
		case errors.Is(err, errOver):
			return
		case err != nil:
			h.stir() // the server is busy or away: again after the pause
		}
		if !pause.For(ctx, pace) {
			return
		}
	}
}

func (h *hunt) stir() {
	select {
	case h.stirred <- struct{}{}:
	default: // it is known already
	}
}

// errOver says that the fault has been undone.
var errOver = errors.New("the fault is over")

// sweep takes what is new and matches. It is the claim that makes it allowed to.
func (h *hunt) sweep(ctx context.Context) error {
	w, err := h.session.read(ctx, 0)
	if err != nil {
		return err
	}
	matcher, diags := target.NewMatcher(h.config.Block("target"), w, h.session.Access.Namespaces)
	if diags.HasErrors() {
		return errOver // Plan has said why
	}
	var prey []providers.Target
	for i := range w.Pods {
		pod := &w.Pods[i]
		if !h.isKnown(pod.UID) && slices.Contains(h.namespaces, pod.Namespace) && h.hunter.isPrey(h.config, pod) && matcher.Matches(pod) {
			prey = append(prey, providers.Target{Kind: string(target.Pod), Name: pod.Namespace + "/" + pod.Name, UID: string(pod.UID)})
		}
	}
	return h.take(ctx, prey)
}
