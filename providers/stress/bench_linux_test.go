package stress_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/stress"
)

// BenchmarkCPU measures a second of each load in percent of what was asked for: on a
// machine with enough idle processors that is 100.
func BenchmarkCPU(b *testing.B) {
	for _, cpu := range []stress.CPU{{Workers: 1, Load: 2}, {Workers: 1, Load: 10}, {Workers: 1, Load: 50}, {Workers: 1, Load: 100}, {Workers: 2, Load: 40}} {
		b.Run(fmt.Sprintf("workers=%d/load=%g", cpu.Workers, cpu.Load), func(b *testing.B) {
			var asked, used float64
			for b.Loop() {
				got := secondOf(b, cpu)
				asked += float64(cpu.Workers) * cpu.Load / 100 * got.WallSeconds
				used += got.CPUSeconds
			}
			b.ReportMetric(100*used/asked, "%of-asked")
		})
	}
}

func secondOf(b *testing.B, cpu stress.CPU) stress.Stats {
	b.Helper()
	r, err := stress.Start(b.Context(), stress.Spec{Prefix: []string{"agent"}, Deadline: time.Now().Add(time.Minute), CPU: &cpu})
	require.NoError(b, err)
	<-time.After(time.Second)
	got := r.Stats()
	require.NoError(b, r.Close())
	<-r.Done()
	return got
}

// BenchmarkMemory measures what a worker has in percent of what was asked for.
func BenchmarkMemory(b *testing.B) {
	const size = 128 * mib
	for b.Loop() {
		r, err := stress.Start(b.Context(), stress.Spec{Prefix: []string{"agent"}, Deadline: time.Now().Add(time.Minute), Memory: &stress.Memory{Size: size}})
		require.NoError(b, err)
		b.ReportMetric(100*float64(r.Stats().Bytes)/size, "%of-asked")
		require.NoError(b, r.Close())
		<-r.Done()
	}
}
