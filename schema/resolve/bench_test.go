package resolve_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/schema/resolve"
)

// many is a configuration of n experiments, each with a probe, an assertion and
// a fault.
func many(n int) string {
	var text strings.Builder
	text.WriteString(`
environment "fake" "shop" {
  process "web" { command = ["web"] }
}
variable "limit" { default = 0.99 }
`)
	for i := range n {
		fmt.Fprintf(&text, `
experiment "e%04d" {
  environment = environment.shop
  steady_state {
    probe "http" "web" {
      url      = "http://localhost:${environment.shop.process.web.port}/healthz"
      interval = "100ms"
    }
    assert "available" {
      condition     = probe.web.success_ratio >= var.limit
      error_message = "Only ${percent(probe.web.success_ratio)} succeeded."
    }
  }
  fault "fake_delay" "web" {
    latency  = "100ms"
    duration = "5s"
    target { names = ["web"] }
  }
}
`, i)
	}
	return text.String()
}

func BenchmarkResolve(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			cfg := load(b, map[string]string{"main.gameday.hcl": many(n)})
			types := set(b)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				_, diags := resolve.Resolve(b.Context(), cfg, types, resolve.Inputs{})
				require.Empty(b, diags)
			}
		})
	}
}
