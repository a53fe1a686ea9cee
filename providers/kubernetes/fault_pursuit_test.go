package kubernetes

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
)

// pursuing goes on after its injection.
type pursuing struct {
	harm
	begun, ended *atomic.Int32
}

func (p pursuing) inject(_ context.Context, i injection) error {
	i.session.pursuits.start(i.record.ID, i.record.Deadline, func(ctx context.Context) {
		p.begun.Add(1)
		<-ctx.Done()
		p.ended.Add(1)
	})
	return nil
}

// TestNothingRunsAfterTheRevert: what a fault goes on doing has ended when its revert
// returns, and injecting it twice is once.
func TestNothingRunsAfterTheRevert(t *testing.T) {
	c := newCrash(t, time.Minute)
	f := c.fault()
	p := pursuing{begun: &atomic.Int32{}, ended: &atomic.Int32{}}
	f.behavior = p
	for range 2 {
		require.NoError(t, f.Inject(t.Context(), providers.InjectRequest{Record: c.record}))
	}
	require.NoError(t, f.Revert(t.Context(), c.record))
	assert.EqualValues(t, 1, p.begun.Load())
	assert.EqualValues(t, 1, p.ended.Load())
}
