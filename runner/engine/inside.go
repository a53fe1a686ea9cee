package engine

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// inside is the experiment's environment as a place in which things run.
func (x *experiment) inside(name string) (providers.WithInside, error) {
	if place, ok := providers.As[providers.WithInside](x.run.environments.typeOf(x.plan.Environment)); ok {
		return place, nil
	}
	return nil, fmt.Errorf("%s cannot run inside %s: nothing can run there", name, x.env.Type)
}

// typeOf is the type of an environment that is up; nil for any other.
func (e *environments) typeOf(address string) providers.Environment {
	e.mu.Lock()
	defer e.mu.Unlock()
	if live := e.live[address]; live != nil && live.def != nil {
		return live.def.Type
	}
	return nil
}

// delivery is how long what is measured inside may be under way: the way back may
// be cut for a while, and what was measured meanwhile still counts.
func delivery(from string) time.Duration {
	if from == "" {
		return 0
	}
	return insidePatience
}

// closeOffer lets go of a generator that holds something beyond its run.
func closeOffer(o offer) error {
	closer, ok := o.generator.(io.Closer)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), insideClose)
	defer cancel()
	return perform(ctx, callLinger, o.name, func(context.Context) error { return closer.Close() })
}
