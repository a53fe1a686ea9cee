package kubernetes

import (
	"context"
	"fmt"

	"k8s.io/client-go/metadata"

	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// lookUp adds to a world the objects that a target block names and that no world
// holds.
func (s *session) lookUp(ctx context.Context, w *world.World, kind target.Kind, block schema.Values) (*world.World, error) {
	refs := target.Refs(kind, block, s.Access.Namespaces)
	if len(refs) == 0 {
		return w, nil
	}
	found, err := s.metadata(ctx, refs)
	if err != nil {
		return nil, err
	}
	return w.With(found), nil
}

// metadata reads what is not secret of objects.
func (s *session) metadata(ctx context.Context, refs []world.Ref) ([]world.Object, error) {
	client, err := metadata.NewForConfigAndClient(metadata.ConfigFor(s.Config), s.API.HTTP)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", s.Config.Host, err)
	}
	return world.LookUp(ctx, client, refs)
}
