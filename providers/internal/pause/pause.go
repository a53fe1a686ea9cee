// Package pause waits between looks at something that changes by itself.
package pause

import (
	"context"
	"time"
)

// For waits so long; false when ctx ends before.
func For(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
