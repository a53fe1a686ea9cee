package transparent_test

import (
	"os"
	"testing"

	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

func TestMain(m *testing.M) {
	if os.Getenv(victim) != "" {
		os.Exit(beVictim())
	}
	os.Exit(netnstest.Main(m))
}
