package kubernetes

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/gameday-dev/gameday/providers/internal/pause"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// knows has a pod left alone from now on.
func (h *hunt) knows(uid types.UID) { h.known.Store(uid, true) }

func (h *hunt) isKnown(uid types.UID) bool {
	_, known := h.known.Load(uid)
	return known
}

// watch stirs at every pod that is added to a namespace, or may match only now. A watch that ends begins
// anew; what appeared between the two is found by the sweep that follows.
func (h *hunt) watch(ctx context.Context, namespace string) {
	for ctx.Err() == nil {
		w, err := h.session.Typed.CoreV1().Pods(namespace).Watch(ctx, metav1.ListOptions{})
		if err == nil {
			unheard := context.AfterFunc(ctx, w.Stop)
			for event := range w.ResultChan() {
				if h.mayMatch(event) {
					h.stir()
				}
			}
			unheard()
			w.Stop()
		}
		if !pause.For(ctx, pace) {
			return
		}
		h.stir()
	}
}

// mayMatch reports whether a pod may have become one that matches. What appears has no node at first, does not run and
// is not ready: that comes as changes.
func (h *hunt) mayMatch(event watch.Event) bool {
	switch event.Type {
	case watch.Added:
		return true
	case watch.Modified:
		pod, is := event.Object.(*corev1.Pod)
		return is && world.Alive(pod) && !h.isKnown(pod.UID)
	}
	return false
}
