package reaper

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// Leftover is something of a reaper that is in the cluster.
type Leftover struct {
	Run, Kind, Namespace, Name string
}

// String is "pod shop/gameday-reaper-x7k2p".
func (l Leftover) String() string {
	if l.Namespace == "" {
		return l.Kind + " " + l.Name
	}
	return l.Kind + " " + l.Namespace + "/" + l.Name
}

// Leftovers lists what there is of the reapers of a run, or of every run where run is
// empty, in the namespaces, with what they have outside of them, or, without any, in the
// whole cluster. What this user may not list it has not made.
func Leftovers(ctx context.Context, c *cluster.Cluster, run string, namespaces ...string) ([]Leftover, error) {
	var out []Leftover
	for _, k := range kinds(c, namespaces) {
		items, err := k.list(ctx, selector(run))
		switch {
		case apierrors.IsForbidden(err) || apierrors.IsNotFound(err):
			continue
		case err != nil:
			return nil, fmt.Errorf("look for reapers: %w", err)
		}
		for _, item := range items {
			out = append(out, Leftover{Run: item.Labels[undo.LabelRun], Kind: k.kind, Namespace: item.Namespace, Name: item.Name})
		}
	}
	return out, nil
}

// Remove deletes the reapers of a run in the namespaces, or in all: their accounts and cluster roles, and with
// these all that they own. It deletes pods itself, so that they are gone at once.
func Remove(ctx context.Context, c *cluster.Cluster, run string, namespaces ...string) error {
	if run == "" {
		return errors.New("remove a reaper: expected a run id, found none")
	}
	var failed error
	for _, k := range kinds(c, namespaces) {
		items, err := k.list(ctx, selector(run))
		if apierrors.IsForbidden(err) || apierrors.IsNotFound(err) {
			continue
		}
		failed = errors.Join(failed, err)
		for _, item := range items {
			uid, now := item.UID, int64(0)
			err := k.remove(ctx, item, metav1.DeleteOptions{GracePeriodSeconds: &now, Preconditions: &metav1.Preconditions{UID: &uid}})
			if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
				failed = errors.Join(failed, err)
			}
		}
	}
	if failed != nil {
		return fmt.Errorf("remove the reaper of run %s: %w", run, failed)
	}
	return nil
}

func selector(run string) metav1.ListOptions {
	terms := mark.Component + "=" + mark.Reaper + "," + undo.LabelRun
	if run != "" {
		terms += "=" + run
	}
	return metav1.ListOptions{LabelSelector: terms}
}
