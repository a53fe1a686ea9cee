package world

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// page is how many objects one answer of the server holds: enough that few are
// needed, and few enough that none of them is large.
const page = 500

// together is how many lists are read at once.
const together = 10

// Read reads the namespaces of the fence, all of them when there is none. What
// this user may not list is left out and named in Denied.
func Read(ctx context.Context, client kubernetes.Interface, namespaces []string) (*World, error) {
	w := &World{Read: time.Now(), Namespaces: slices.Sorted(slices.Values(namespaces))}
	if len(namespaces) == 0 {
		namespaces = []string{metav1.NamespaceAll}
	}
	r := reader{ctx: ctx, client: client}
	r.group.SetLimit(together)
	collect(&r, denial{"nodes", ""}, &w.Nodes, client.CoreV1().Nodes().List, func(l *corev1.NodeList) []corev1.Node { return l.Items }, leanNode)
	parts := make([]*World, len(namespaces))
	for i, ns := range namespaces {
		parts[i] = &World{}
		r.namespace(ns, parts[i])
	}
	if err := r.group.Wait(); err != nil {
		return nil, fmt.Errorf("read the cluster: %w", err)
	}
	for _, part := range parts {
		w.add(part)
	}
	w.Denied = r.denials()
	return w, nil
}

func (w *World) add(part *World) {
	w.Pods = append(w.Pods, part.Pods...)
	w.Deployments = append(w.Deployments, part.Deployments...)
	w.ReplicaSets = append(w.ReplicaSets, part.ReplicaSets...)
	w.StatefulSets = append(w.StatefulSets, part.StatefulSets...)
	w.DaemonSets = append(w.DaemonSets, part.DaemonSets...)
	w.Budgets = append(w.Budgets, part.Budgets...)
	w.Services = append(w.Services, part.Services...)
	w.Slices = append(w.Slices, part.Slices...)
}

// reader reads several lists at once.
type reader struct {
	ctx    context.Context //nolint:containedctx // lives as long as one Read
	client kubernetes.Interface
	group  errgroup.Group
	denied denials
}

// collect reads all pages of a list into where the list belongs. Objects are made
// lean page by page, so that never more than a page is there in full; lean says
// which are kept.
func collect[T any, L metav1.ListInterface](
	r *reader, what denial, into *[]T, list func(context.Context, metav1.ListOptions) (L, error), items func(L) []T, lean func(*T) bool,
) {
	r.group.Go(func() error {
		all, err := pages(r.ctx, list, items, lean)
		switch {
		case apierrors.IsForbidden(err):
			r.denied.add(what)
			return nil
		case err != nil:
			return fmt.Errorf("list %s: %w", what, err)
		}
		*into = all
		return nil
	})
}

// errTooSlow says that a list could not be read before the server forgot it.
var errTooSlow = errors.New("the list changes faster than its pages can be read")

// pages reads a list in pages. A list that the server has forgotten in between is
// begun anew: what was read of it and what would follow are of two moments.
func pages[T any, L metav1.ListInterface](
	ctx context.Context, list func(context.Context, metav1.ListOptions) (L, error), items func(L) []T, lean func(*T) bool,
) ([]T, error) {
	for range 3 {
		all, err := onePass(ctx, list, items, lean)
		if !apierrors.IsResourceExpired(err) {
			return all, err
		}
	}
	return nil, errTooSlow
}

func onePass[T any, L metav1.ListInterface](
	ctx context.Context, list func(context.Context, metav1.ListOptions) (L, error), items func(L) []T, lean func(*T) bool,
) ([]T, error) {
	var all []T
	options := metav1.ListOptions{Limit: page}
	for {
		answer, err := list(ctx, options)
		if err != nil {
			return nil, err
		}
		found := items(answer)
		for i := range found {
			if lean(&found[i]) {
				all = append(all, found[i])
			}
		}
		if options.Continue = answer.GetContinue(); options.Continue == "" {
			return all, nil
		}
	}
}
