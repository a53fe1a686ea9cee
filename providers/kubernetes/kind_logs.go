package kubernetes

import (
	"context"
	"os"
	"path/filepath"

	"github.com/gameday-dev/gameday/providers"
)

var _ providers.WithLogs = (*kind)(nil)

// logs is the folder for the logs of nodes and pods.
func (h kindHandle) logs() string { return filepath.Join(h.Dir, "logs") }

// KeepLogs collects the logs of a cluster that is about to be deleted. One that stays
// has them still.
func (k *kind) KeepLogs(ctx context.Context, from providers.EnvironmentHandle, progress func(step string)) error {
	h, err := readHandle(from, typeKind)
	if err != nil || h.stays() || k.provider.kinds.isStranger(h) {
		return err
	}
	engine, err := h.engine()
	if err != nil {
		return err
	}
	progress("collect the logs of the cluster in " + h.Kind.logs())
	err = engine.CollectLogs(ctx, h.Kind.Name, h.Kind.logs())
	if _, missing := os.Stat(h.Kind.logs()); missing == nil && ctx.Err() == nil {
		return nil // some of them are better than none: a stopped node has no more
	}
	return err
}
