package host_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
)

// BenchmarkCall compares a call to a provider in this process with the same to a plugin, one after the other: what a plugin costs
// more. Observe is what the engine calls most; the fault reads one file.
func BenchmarkCall(b *testing.B) {
	for name, of := range map[string]func(testing.TB) providers.Provider{
		"in_process": func(testing.TB) providers.Provider { return tester() },
		"plugin":     func(tb testing.TB) providers.Provider { tb.Helper(); return start(tb) },
	} {
		b.Run(name, func(b *testing.B) {
			fault, record, err := injected(b, of(b), b.TempDir(), "", time.Hour)
			require.NoError(b, err)
			times := hdrhistogram.New(1, int64(time.Second), 3)
			for b.Loop() {
				began := time.Now()
				seen, err := fault.Observe(b.Context(), record)
				_ = times.RecordValue(int64(time.Since(began)))
				if err != nil || seen.State != providers.Active {
					b.Fatal(seen, err)
				}
			}
			b.ReportMetric(float64(times.ValueAtQuantile(50)), "p50-ns")
			b.ReportMetric(float64(times.ValueAtQuantile(99)), "p99-ns")
			require.NoError(b, fault.Revert(b.Context(), record))
		})
	}
	b.Run("sample", func(b *testing.B) {
		typ := start(b).Types().Probes[0]
		prober, _ := typ.Open(b.Context(), providers.OpenRequest{Config: config(b, typ, ""), Timeout: time.Second})
		for b.Loop() {
			if seen := prober.Sample(b.Context()); !seen.OK {
				b.Fatal(fmt.Sprint(seen))
			}
		}
		require.NoError(b, prober.Close())
	})
}
