package claim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestLeasesDoNotExpireEarly: whenever in a second a Lease is created, as servers keep
// whole seconds, and however long it is to last.
func TestLeasesDoNotExpireEarly(t *testing.T) {
	second := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	for phase := time.Duration(0); phase < time.Second; phase += 37 * time.Millisecond {
		for left := time.Millisecond; left < 5*time.Second; left += 91 * time.Millisecond {
			deadline := second.Add(phase + left)
			h := read(map[string]any{
				"metadata": map[string]any{"creationTimestamp": second.Format(time.RFC3339)}, "spec": map[string]any{"leaseDurationSeconds": seconds(left)},
			})
			require.False(t, h.Expires.Before(deadline), "created %s after the second, for %s: it expires %s early", phase, left, deadline.Sub(h.Expires))
			require.LessOrEqual(t, h.Expires.Sub(deadline), 2*time.Second)
		}
	}
	require.Equal(t, 1, seconds(-time.Hour), "none lasts for ever")
}
