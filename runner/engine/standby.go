package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// standBy lets every fault put beside its targets what must be there first.
func (x *experiment) standBy(ctx context.Context) error {
	for _, f := range x.faults {
		t, ok := providers.As[providers.WithStandby](f.def.Type)
		if !ok {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, standbyPatience)
		err := perform(ctx, callLinger, "standing by", func(ctx context.Context) error {
			return t.StandBy(ctx, providers.StandbyRequest{
				Run: x.run.Run, Address: f.def.Addr.String(), Config: f.config, Environment: x.env, Targets: f.bound.Targets,
				For: time.Duration(x.plan.Longest * float64(time.Second)),
			})
		})
		cancel()
		if err != nil {
			return fmt.Errorf("%s: what must stand beside it could not be put there, and nothing was injected: %w", f.plan.Address, err)
		}
	}
	return nil
}
