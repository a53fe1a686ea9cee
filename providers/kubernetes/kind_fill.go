package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/manifest"
)

// unchanged refuses manifests and archives that are not those of the plan.
func (u kindUp) unchanged(ctx context.Context) error {
	read, err := manifest.Read(u.config.manifests)
	if err != nil {
		return err
	}
	if err := u.provider.contents.checkAll(u.address, read.Digests); err != nil {
		return err
	}
	for _, path := range u.config.archives {
		if err := u.archiveUnchanged(ctx, path); err != nil {
			return err
		}
	}
	return nil
}

func (u kindUp) archiveUnchanged(ctx context.Context, path string) error {
	digest, err := digestOf(ctx, path)
	if err != nil {
		return err
	}
	return u.provider.contents.check(u.address, path, digest)
}

// fill brings images and manifests into the cluster and waits for them.
func (u kindUp) fill(ctx context.Context) (met, error) {
	access := u.config.access
	access.Kubeconfig = u.handle.Kind.kubeconfig()
	reached, err := u.provider.meet(ctx, access)
	if err != nil {
		return met{}, err
	}
	if err := u.load(ctx); err != nil {
		return met{}, err
	}
	if err := u.apply(ctx, reached); err != nil {
		return met{}, err
	}
	missing, err := reached.missing(ctx)
	if err != nil {
		return met{}, err
	}
	if len(missing) > 0 {
		return met{}, fmt.Errorf("the fence names %s, and neither the cluster nor the manifests have it", strings.Join(missing, ", "))
	}
	return reached, nil
}

func (u kindUp) load(ctx context.Context) error {
	name := u.config.spec.Name
	if len(u.config.images) > 0 {
		u.progress("load " + strings.Join(u.config.images, ", "))
		if err := u.engine.LoadImages(ctx, name, u.config.images); err != nil {
			return err
		}
	}
	for _, path := range u.config.archives {
		u.progress("load " + path)
		if err := u.archiveUnchanged(ctx, path); err != nil { // making the cluster took its time
			return err
		}
		if err := u.engine.LoadArchive(ctx, name, kindcluster.Archive{Path: path}); err != nil {
			return err
		}
	}
	if !u.config.ownAgent || u.config.access.AgentImage == "" {
		return nil
	}
	path, remove, err := u.provider.agent.archive()
	if err != nil {
		return err
	}
	defer remove()
	u.progress("load gameday's agent")
	return u.engine.LoadArchive(ctx, name, kindcluster.Archive{Path: path, Tag: u.config.access.AgentImage})
}

// apply applies the manifests, and waits for them, the nodes, and what the cluster
// itself consists of: names resolve only once its DNS runs.
func (u kindUp) apply(ctx context.Context, reached met) error {
	ready, cancel := context.WithTimeout(ctx, u.config.ready)
	defer cancel()
	read, err := manifest.Read(u.config.manifests)
	if err != nil {
		return err
	}
	if err := u.provider.contents.checkAll(u.address, read.Digests); err != nil {
		return err
	}
	applier := manifest.Applier{Client: reached.Dynamic, Discovery: reached.Typed.Discovery(), Progress: u.progress}
	if err := applier.Apply(ready, read.Objects); err != nil {
		return err
	}
	u.progress("wait for the nodes")
	system, err := reached.system(ready)
	if err != nil {
		return err
	}
	err = applier.Wait(ready, append(system, read.Objects...))
	if errors.Is(err, manifest.ErrNotReady) && ctx.Err() == nil {
		return fmt.Errorf("waited for %s: %w", u.config.ready, err)
	}
	return err
}
