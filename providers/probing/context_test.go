package probing_test

import (
	"context"
	"testing"
	"time"
)

// contextOf ends soon: a fuzzed jq expression may run for ever.
func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), 50*time.Millisecond)
}
