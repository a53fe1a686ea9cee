package providers

import (
	"context"
	"time"

	"github.com/gameday-dev/gameday/providers/schema"
)

// WithStandby is implemented by faults beside which something must stand that
// takes its time to come, such as what undoes them when gameday is gone. It is
// called before anything is measured, so that neither the measurements nor the
// fault's own time begin with waiting. What it puts there is removed with the
// environment; Inject must not rely on it having been called.
type WithStandby interface {
	StandBy(ctx context.Context, req StandbyRequest) error
}

// StandbyRequest says for what to stand by.
type StandbyRequest struct {
	Run         string
	Address     string
	Config      schema.Values // wholly known
	Environment EnvironmentState
	Targets     []Target      // with the UIDs that they have now
	For         time.Duration // until when it is wanted, at most
}
