package engines_test

import (
	"os"
	"testing"

	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

// TestMain runs the tests in a network namespace that stands for a pod.
func TestMain(m *testing.M) {
	if os.Getenv(victim) != "" {
		os.Exit(beVictim())
	}
	os.Exit(netnstest.Main(m))
}
