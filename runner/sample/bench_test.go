package sample_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/sample"
)

const (
	benchProbes   = 1000
	benchInterval = 500 * time.Millisecond
)

// BenchmarkSampler runs 1,000 probes at 2 samples per second each, in real
// time: one op is one sample. It reports the share of one core that the whole
// process took (for http that includes the server), the share of samples
// started more than 10 ms late, and the worst lateness.
func BenchmarkSampler(b *testing.B) {
	b.Run("noop", func(b *testing.B) {
		ok := providers.Sample{OK: true}
		benchSampler(b, proberFunc(func(context.Context) providers.Sample { return ok }))
	})
	b.Run("http", func(b *testing.B) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "ok")
		}))
		defer server.Close()
		benchSampler(b, getting(b, server.URL))
	})
}

// getting is the least that a probe over HTTP can do.
func getting(b *testing.B, url string) proberFunc {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchProbes}}
	b.Cleanup(client.CloseIdleConnections)
	return func(ctx context.Context) providers.Sample {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return providers.Sample{Error: err.Error()}
		}
		response, err := client.Do(request)
		if err != nil {
			return providers.Sample{Error: err.Error()}
		}
		defer func() { _ = response.Body.Close() }()
		_, err = io.Copy(io.Discard, response.Body)
		return providers.Sample{OK: err == nil}
	}
}

func benchSampler(b *testing.B, prober providers.Prober) {
	b.Helper()
	var tasks []sample.Task
	for i := range benchProbes {
		s := sample.NewSeries(fmt.Sprintf("probe.%d", i), cty.EmptyObject, 5*time.Second)
		s.Begin("fault", time.Now())
		tasks = append(tasks, sample.Task{Series: s, Prober: prober, Interval: benchInterval, Timeout: 2 * time.Second})
	}
	length := time.Duration(b.N) * benchInterval / benchProbes
	ctx, cancel := context.WithTimeout(b.Context(), length)
	defer cancel()

	var sampler sample.Sampler
	before, start := cpuTime(b), time.Now()
	b.ResetTimer()
	require.NoError(b, sampler.Run(ctx, tasks, nil))
	b.StopTimer()
	report(b, sampler.Stats(), cpuTime(b)-before, time.Since(start))
}

func report(b *testing.B, stats sample.Stats, cpu, wall time.Duration) {
	b.Helper()
	started := float64(max(stats.Started, 1))
	b.ReportMetric(started/wall.Seconds(), "samples/s")
	b.ReportMetric(cpu.Seconds()/wall.Seconds(), "cores")
	b.ReportMetric(float64(cpu.Microseconds())/started, "cpu-µs/sample")
	b.ReportMetric(100*float64(stats.Late)/started, "late-%")
	b.ReportMetric(float64(stats.MaxLateness.Microseconds())/1000, "max-late-ms")
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkSeriesMemory reports the memory of 1,000 series with three phases,
// first of 600 samples each (kept exactly), then of 6,000 (as histograms).
func BenchmarkSeriesMemory(b *testing.B) {
	for _, perPhase := range []int{600, 6000} {
		b.Run(fmt.Sprintf("samples=%d", perPhase), func(b *testing.B) {
			for b.Loop() {
				before := heap()
				all := fill(1000, perPhase)
				b.ReportMetric(float64(heap()-before)/(1<<20), "MiB")
				runtime.KeepAlive(all)
			}
		})
	}
}

func fill(series, perPhase int) []*sample.Series {
	var all []*sample.Series
	for range series {
		s := sample.NewSeries("probe", cty.EmptyObject, 5*time.Second)
		for phase := range 3 {
			begin := time.Duration(phase*perPhase) * benchInterval
			s.Begin(fmt.Sprint(phase), epoch().Add(begin))
			for i := range perPhase {
				s.Record(at(begin+time.Duration(i)*benchInterval, time.Duration(i*i%997+100)*100*time.Microsecond))
			}
		}
		all = append(all, s)
	}
	return all
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// BenchmarkRecord is the cost of one point, in a phase that has become a
// histogram.
func BenchmarkRecord(b *testing.B) {
	s := sample.NewSeries("probe", cty.EmptyObject, 5*time.Second)
	s.Begin("fault", epoch())
	i := 0
	for b.Loop() {
		i++
		s.Record(at(time.Duration(i)*benchInterval, time.Duration(i*i%997)*time.Millisecond))
	}
}

// BenchmarkWindow is what judging a condition costs: the value of a sliding
// window of 10 samples, and of a phase of 10,000.
func BenchmarkWindow(b *testing.B) {
	s := fill(1, 10000)[0]
	newest := epoch().Add(30000 * benchInterval)
	b.Run("sliding", func(b *testing.B) {
		for b.Loop() {
			_ = s.Between(newest.Add(-5*time.Second), newest).Value()
		}
	})
	b.Run("phase", func(b *testing.B) {
		for b.Loop() {
			_ = s.Phase("1").Value()
		}
	})
}
