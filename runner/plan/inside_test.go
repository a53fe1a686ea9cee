package plan

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// roomWithRights is an environment inside which something can run.
type roomWithRights struct {
	fakeEnvironment

	held []providers.Permission
	err  error
}

func (roomWithRights) RunsInside(providers.Kind, string) bool { return true }
func (roomWithRights) OpenProbe(context.Context, providers.InsideRequest) (providers.Streamer, providers.Diagnostics) {
	return nil, nil
}

func (roomWithRights) OpenLoad(context.Context, providers.InsideRequest) (providers.Generator, providers.Diagnostics) {
	return nil, nil
}
func (roomWithRights) InsideRules() []providers.AccessRule { return nil }
func (r roomWithRights) CheckInside(context.Context, providers.EnvironmentState) ([]providers.Permission, error) {
	return r.held, r.err
}

// TestRightsOfMeasuringInside are asked for where something is measured inside, and
// only there.
func TestRightsOfMeasuringInside(t *testing.T) {
	held := []providers.Permission{{Action: "get pods", Held: true}, {Action: "create pods", Detail: "needed"}}
	inside, outside := &resolve.Experiment{Probes: []*resolve.Probe{{}, {From: "cluster"}}}, &resolve.Experiment{Probes: []*resolve.Probe{{}}}
	for name, c := range map[string]struct {
		of       *resolve.Experiment
		room     roomWithRights
		severity string // empty: nothing is found
		summary  string
	}{
		"a probe":     {inside, roomWithRights{held: held}, SeverityError, "Missing permission: create pods"},
		"a load":      {&resolve.Experiment{Loads: []*resolve.Load{{From: "cluster"}}}, roomWithRights{held: held}, SeverityError, "Missing permission: create pods"},
		"all held":    {inside, roomWithRights{held: held[:1]}, "", ""},
		"nothing is":  {outside, roomWithRights{held: held}, "", ""},
		"nobody says": {inside, roomWithRights{err: errors.New("no answer")}, SeverityWarning, "Permissions are not known"},
	} {
		t.Run(name, func(t *testing.T) {
			e := &resolve.Environment{Addr: addr.Object{Kind: "environment", Name: "room"}, Type: c.room, Config: &config.Environment{}}
			c.of.Environment = e.Addr.String()
			b := &builder{req: Request{Resolved: &resolve.Resolved{Environments: []*resolve.Environment{e}}}, chosen: selection{experiments: []*resolve.Experiment{c.of}}}
			got := b.insideFindings(t.Context())
			if c.severity == "" {
				assert.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			assert.Equal(t, c.severity, got[0].Severity)
			assert.Equal(t, c.summary, got[0].Summary)
			assert.Equal(t, KindPermission, got[0].Kind)
		})
	}
}
