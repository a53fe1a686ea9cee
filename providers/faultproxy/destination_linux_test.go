package faultproxy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAConnectionToTheProxyItselfIsRefused, or it would be led round in circles.
func TestAConnectionToTheProxyItselfIsRefused(t *testing.T) {
	p := startConfigured(t, Config{Listen: "[::]:0", Destination: OriginalDestination})
	port := portOf(t, p.Addr())
	for _, host := range []string{"127.0.0.1:", "[::1]:"} {
		assert.Error(t, knock(host+port))
	}
	eventually(t, func() bool { return sessions(p) == 0 }, "no circle")
}
