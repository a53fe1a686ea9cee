package stress_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers/stress"
)

// TestMain is also the worker that the tests start.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "agent" {
		if code, known := stress.Main(os.Args[2:], os.Stderr); known {
			os.Exit(code)
		}
		os.Exit(parent(os.Args[2:]))
	}
	// The race detector lets every process wait for a second at its end.
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	goleak.VerifyTestMain(m)
}
