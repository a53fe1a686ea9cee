package diskspace_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers/diskspace"
)

// TestPercent: of 100 bytes the kernel keeps 10 for root.
func TestPercent(t *testing.T) {
	space := diskspace.Space{Total: 100, Used: 45, Available: 45}
	assert.InDelta(t, 50, space.Percent(), 1e-9)
	assert.EqualValues(t, 45, space.UpTo(100), "nobody else has anything left")
	assert.EqualValues(t, 18, space.UpTo(70))
	assert.LessOrEqual(t, space.UpTo(50), int64(0))
}
