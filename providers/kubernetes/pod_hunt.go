package kubernetes

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
)

// pace bounds a hunt: each pod that is killed makes its controller create another
// one, and without a pause the two would go round as fast as the server can.
const pace = time.Second

// hunt kills pods that appear and match a target block.
type hunt struct {
	injection
	grace      *int64
	namespaces []string
	stirred    chan struct{}

	mu    sync.Mutex
	known map[string]bool // UIDs that were there before, or were killed
}

// newHunt notes which pods are there already.
func newHunt(ctx context.Context, i injection, grace *int64) (*hunt, error) {
	h := &hunt{
		injection: i, grace: grace, namespaces: i.session.Access.Namespaces,
		stirred: make(chan struct{}, 1), known: map[string]bool{},
	}
	if len(h.namespaces) == 0 {
		h.namespaces = []string{metav1.NamespaceAll}
	}
	w, err := i.session.read(ctx, 0)
	if err != nil {
		return nil, err
	}
	for j := range w.Pods {
		h.known[string(w.Pods[j].UID)] = true
	}
	return h, nil
}

// run hunts until ctx ends or the fault's claim is gone, whoever undid it.
func (h *hunt) run(ctx context.Context) {
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
		if !pauseFor(ctx, pace) {
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

// watch stirs at every pod that is added to a namespace. A watch that ends begins
// anew; what appeared between the two is found by the sweep that follows.
func (h *hunt) watch(ctx context.Context, namespace string) {
	for ctx.Err() == nil {
		w, err := h.session.Typed.CoreV1().Pods(namespace).Watch(ctx, metav1.ListOptions{})
		if err == nil {
			for event := range w.ResultChan() {
				if event.Type == watch.Added {
					h.stir()
				}
			}
			w.Stop()
		}
		if !pauseFor(ctx, pace) {
			return
		}
		h.stir()
	}
}

// errOver says that the fault has been undone.
var errOver = errors.New("the fault is over")

// sweep kills what is new and matches. It is the claim that makes it allowed to.
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
		if pod := &w.Pods[i]; h.isPrey(pod, matcher) {
			prey = append(prey, providers.Target{Kind: string(target.Pod), Name: pod.Namespace + "/" + pod.Name, UID: string(pod.UID)})
		}
	}
	if len(prey) == 0 {
		return nil
	}
	claimed, err := h.claimed(ctx)
	if err != nil {
		return err
	}
	if !claimed {
		return errOver
	}
	return h.kill(ctx, prey)
}

func (h *hunt) isPrey(pod *corev1.Pod, matcher target.Matcher) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.known[string(pod.UID)] && metav1.GetControllerOfNoCopy(pod) != nil && matcher.Matches(pod)
}

// kill remembers what it killed; what it could not kill is tried again.
func (h *hunt) kill(ctx context.Context, prey []providers.Target) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, t := range prey {
		group.Go(func() error {
			if err := h.session.deletePods(ctx, []providers.Target{t}, h.grace); err != nil {
				h.stir()
				return err
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			h.known[t.UID] = true
			return nil
		})
	}
	return group.Wait()
}

// pauseFor is false when ctx ends before d is over.
func pauseFor(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
