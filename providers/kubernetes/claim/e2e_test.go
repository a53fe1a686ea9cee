//go:build e2e

package claim_test

import (
	"testing"

	"github.com/gameday-dev/gameday/providers/kubernetes/e2etest"
)

// TestRaceOnARealServer: as TestRace, with the order that etcd gives.
func TestRaceOnARealServer(t *testing.T) {
	c := e2etest.Connect(t)
	race(t, c.API, e2etest.Namespace(t, c, "e2e-claim-"), 12)
}
