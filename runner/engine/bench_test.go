package engine_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
)

// BenchmarkOverhead is what the engine adds to a run: its wall time less the
// time that its phases were asked to take (100 ms of baseline, 100 ms of fault,
// 100 ms of recovery). The journal is on disk and synced; the provider costs
// nothing.
func BenchmarkOverhead(b *testing.B) {
	text := strings.NewReplacer(
		`"2s"`, `"100ms"`, `"3s"`, `"100ms"`, `hold   = "1s"`, `hold   = "100ms"`,
		`interval = "100ms"`, `interval = "1ms"`,
	).Replace(tolerant(""))
	var overhead time.Duration
	var samples int64
	for b.Loop() {
		bench := newBench(b, text)
		started := time.Now()
		bench.run(b.Context())
		overhead += time.Since(started) - 300*time.Millisecond
		for _, x := range all[event.ExperimentFinished](bench.events) {
			for _, s := range x.Series {
				samples += s.Count
			}
		}
	}
	b.ReportMetric(float64(overhead.Milliseconds())/float64(b.N), "overhead-ms/run")
	b.ReportMetric(float64(samples)/float64(b.N), "samples/run")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkBreachToRevert is the time from a stop condition that is broken to
// the verified revert, with a provider that costs nothing: how long the engine
// takes to see it and to act.
func BenchmarkBreachToRevert(b *testing.B) {
	text := strings.NewReplacer(`"2s"`, `"50ms"`, `"3s"`, `"10s"`, `hold   = "1s"`, `hold   = "10ms"`, `interval = "100ms"`, `interval = "1ms"`).
		Replace(tolerant("stop_condition \"s\" {\n condition = probe.p.success_ratio < 0.99\n min_samples = 1\n}"))
	var spent time.Duration
	for b.Loop() {
		bench := newBench(b, text)
		bench.run(b.Context())
		replay, err := journal.Read(bench.dir)
		require.NoError(b, err)
		var injected, reverted time.Time
		for _, entry := range replay.Entries {
			switch entry.Type {
			case journal.FaultInjected:
				injected = entry.Time
			case journal.FaultReverted:
				reverted = entry.Time
			}
		}
		spent += reverted.Sub(injected)
		require.NoError(b, os.RemoveAll(bench.dir))
	}
	b.ReportMetric(float64(spent.Microseconds())/1000/float64(b.N), "ms/breach")
	b.ReportMetric(0, "ns/op")
}
