package firewall_test

import (
	"os"
	"testing"

	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

func TestMain(m *testing.M) { os.Exit(netnstest.Main(m)) }
