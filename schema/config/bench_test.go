package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkLoad loads experiments that have a probe, an assertion and a fault
// each, from files of a hundred.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("experiments=%d", n), func(b *testing.B) {
			dir := b.TempDir()
			for first := 0; first < n; first += 100 {
				var file strings.Builder
				for i := first; i < min(n, first+100); i++ {
					fmt.Fprintf(&file, benchmarked, i)
				}
				require.NoError(b, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.gameday.hcl", first)), []byte(file.String()), 0o644))
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, diags := LoadDir(dir); diags.HasErrors() {
					b.Fatal(diags)
				}
			}
		})
	}
}

const benchmarked = `
experiment "e%d" {
  steady_state {
    probe "http" "web" {
      url      = "http://127.0.0.1:8080/"
      interval = "200ms"
    }

    assert "available" {
      condition = probe.web.success_ratio >= 0.99
    }
  }

  fault "local_process_pause" "pause" {
    target { names = ["web"] }
    duration = "5s"
  }
}
`
