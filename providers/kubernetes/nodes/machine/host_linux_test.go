package machine

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestSoonest: a node whose clock is behind starts its kubelet when the time is over all
// the same, and one whose clock is ahead not later than that.
func TestSoonest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		for name, c := range map[string]struct{ skew, want time.Duration }{
			"same clock":      {0, time.Minute},
			"clock is behind": {-time.Hour, time.Minute},
			"clock is ahead":  {10 * time.Second, 50 * time.Second},
		} {
			deadline := now.Add(-c.skew).Add(time.Minute) // as this node's clock reads the runner's
			assert.Equal(t, now.Add(c.want), soonest(deadline, time.Minute), name)
		}
	})
}
