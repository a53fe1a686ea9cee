package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestDeadlinesLeaveTimeForManyTargets(t *testing.T) {
	for targets, want := range map[int]time.Duration{
		0: 5 * time.Second, 1: 5 * time.Second, 19: 5 * time.Second,
		50: 6 * time.Second, 200: 10 * time.Second, 3000: 80 * time.Second,
	} {
		assert.Equal(t, want, margin(targets), "%d targets", targets)
	}
}
