package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// straggler is how long after the death of the gameday that made a cluster one of
// its commands may still add a node.
const straggler = time.Second

// Down deletes the cluster, or removes what the run added where the cluster stays.
func (k *kind) Down(ctx context.Context, from providers.EnvironmentHandle) error {
	h, err := readHandle(from, typeKind)
	if err != nil {
		return err
	}
	engine, err := h.engine()
	if err != nil {
		return err
	}
	if k.provider.kinds.isStranger(h) {
		return nil
	}
	if creation := k.provider.kinds.creation(h.Kind.Name); creation != nil && !h.stays() {
		if err := creation.Abandon(ctx); err != nil {
			return err
		}
		k.provider.kinds.forget(h.Kind.Name)
		k.provider.sessions.drop(h.Kind.Name)
		return h.forgetKubeconfig()
	}
	found, err := engine.Find(ctx, h.Kind.Name)
	if err != nil {
		return err
	}
	if h.stays() {
		return k.leave(ctx, h, found)
	}
	if err := k.delete(ctx, engine, h, found); err != nil {
		return err
	}
	k.provider.sessions.drop(h.Kind.Name)
	return h.forgetKubeconfig()
}

// stays reports whether the cluster is not to be deleted: it was there before, or
// is to be kept, which holds only for one that was finished.
func (h handle) stays() bool {
	if h.Kind.Existed {
		return true
	}
	_, err := os.Stat(h.Kind.kubeconfig())
	return h.Kind.Keep && err == nil
}

// leave removes what the run added to a cluster that stays. One that is gone, or
// does not run, has nothing of the run.
func (k *kind) leave(ctx context.Context, h handle, found *kindcluster.Found) error {
	if found == nil {
		return nil
	}
	return k.provider.clean(ctx, h)
}

// delete deletes the cluster, from a process that did not make it.
func (k *kind) delete(ctx context.Context, engine kindcluster.Engine, h handle, found *kindcluster.Found) error {
	if found != nil {
		if !k.isOfRun(ctx, h, found) {
			return nil // deleted before, and made again by somebody else
		}
		if err := engine.Delete(ctx, h.Kind.Name); err != nil {
			return err
		}
		if len(found.Nodes) > 0 && h.finished() {
			return nil
		}
	}
	// It was killed in the middle: a command that it had started may be at work yet.
	select {
	case <-time.After(straggler):
	case <-ctx.Done():
		return fmt.Errorf("delete the kind cluster %q: %w", h.Kind.Name, ctx.Err())
	}
	late, err := engine.Find(ctx, h.Kind.Name)
	if err != nil || late == nil || !k.isOfRun(ctx, h, late) {
		return err
	}
	return engine.Delete(ctx, h.Kind.Name)
}

// finished reports whether the creation had come to its end, which leaves a
// kubeconfig.
func (h handle) finished() bool {
	_, err := os.Stat(h.Kind.kubeconfig())
	return err == nil
}

// forgetKubeconfig removes the kubeconfig of a cluster that is gone.
func (h handle) forgetKubeconfig() error {
	if err := os.Remove(h.Kind.kubeconfig()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the kubeconfig of the kind cluster %q: %w", h.Kind.Name, err)
	}
	return nil
}

// Leftovers lists the nodes that are there, or what a run added to a cluster that
// stays. Of a cluster that is somebody else's nothing is left.
func (k *kind) Leftovers(ctx context.Context, from providers.EnvironmentHandle) ([]string, error) {
	h, err := readHandle(from, typeKind)
	if err != nil {
		return nil, err
	}
	found, err := h.find(ctx)
	if err != nil || found == nil || k.provider.kinds.isStranger(h) {
		return nil, err
	}
	if h.stays() {
		return k.provider.leftovers(ctx, h)
	}
	if !k.isOfRun(ctx, h, found) {
		return nil, nil
	}
	var left []string
	for _, n := range found.Nodes {
		left = append(left, fmt.Sprintf("container %s (%s)", n.Name, n.State))
	}
	return left, nil
}

// find looks for the cluster.
func (h handle) find(ctx context.Context) (*kindcluster.Found, error) {
	engine, err := h.engine()
	if err != nil {
		return nil, err
	}
	return engine.Find(ctx, h.Kind.Name)
}

// Standing is how the nodes are.
func (k *kind) Standing(ctx context.Context, from providers.EnvironmentHandle) (string, error) {
	h, err := readHandle(from, typeKind)
	if err != nil {
		return "", err
	}
	found, err := h.find(ctx)
	if err != nil || found == nil {
		return "", err
	}
	var others []string
	for _, n := range found.Nodes {
		if n.State != "running" {
			others = append(others, n.Name+" is "+n.State)
		}
	}
	if len(others) > 0 {
		return strings.Join(others, ", "), nil
	}
	return "running", nil
}
