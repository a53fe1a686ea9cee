package engine_test

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
)

// recovered undoes what the run left, to be called inside a synctest bubble.
func (b *bench) recovered(ctx context.Context) engine.Recovery {
	b.t.Helper()
	held, err := journal.Hold(b.dir)
	require.NoError(b.t, err)
	bus := event.NewBus("r1", time.Now, b.events)
	done, err := engine.Recover(ctx, engine.RecoverRequest{Held: held, Set: b.set, Bus: bus, Mend: "gameday recover r1"})
	require.NoError(b.t, err)
	require.NoError(b.t, bus.Close())
	require.NoError(b.t, held.Release())
	return done
}

// lastFinish is what was said last of the whole run.
func (b *bench) lastFinish() event.RunFinished {
	b.t.Helper()
	all := all[event.RunFinished](b.events)
	require.NotEmpty(b.t, all)
	return all[len(all)-1]
}
