package local_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// BenchmarkRevert measures a revert up to the look that verifies it.
func BenchmarkRevert(b *testing.B) {
	for name, config := range map[string]string{
		"local_process_pause":     `target { names = ["web"] }`,
		"local_process_kill":      `target { names = ["web"] }`,
		"local_network_partition": `target { names = ["web"] }`,
		"local_cpu_stress":        `workers = 1`,
	} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, linkedServer).up()
			fault := w.fault(name)
			values := providertest.Decode(b, fault.Schema(), config)
			var inject, revert time.Duration
			for b.Loop() {
				record := w.prepare(name, config, time.Minute)
				begun := time.Now()
				require.NoError(b, fault.Inject(b.Context(), providers.InjectRequest{Record: record, Config: values, Environment: w.state}))
				inject += time.Since(begun)
				begun = time.Now()
				require.NoError(b, fault.Revert(b.Context(), record))
				seen, err := fault.Observe(b.Context(), record)
				revert += time.Since(begun)
				require.NoError(b, err)
				require.Equal(b, providers.Absent, seen.State)
			}
			b.ReportMetric(float64(inject.Microseconds())/float64(b.N)/1000, "ms-inject/op")
			b.ReportMetric(float64(revert.Microseconds())/float64(b.N)/1000, "ms-revert/op")
		})
	}
}

// BenchmarkUpDown measures an environment of one process from nothing to nothing.
func BenchmarkUpDown(b *testing.B) {
	for b.Loop() {
		w := newWorldIn(b, b.TempDir(), oneServer).up()
		w.end()
	}
}
