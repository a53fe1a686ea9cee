package sample

import (
	"math"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The resolution of a distribution that has become a histogram. Three
// significant digits: a quantile is at most 0.1 % above the exact one.
const (
	exactLimit  = 1024 // samples kept one by one; 8 KiB
	hdrLowest   = time.Microsecond
	hdrHighest  = time.Hour
	hdrDigits   = 3
	roundingGap = 1e-9 // 0.29 * 100 is 28.999999999999996
)

// distribution holds latencies: exactly while they are few, as a sparse HDR
// histogram (3 digits, 1 µs to 1 h) once they are many. A phase of a probe
// seldom has more than some hundred samples, so that most distributions stay
// exact and a thousand of them stay small.
type distribution struct {
	exact []time.Duration // in order of arrival; nil once packed
	hdr   *hdrhistogram.PackedHistogram
	limit int // of exact
}

func (d *distribution) add(latency time.Duration) {
	if d.hdr == nil && len(d.exact) < d.limit {
		d.exact = append(d.exact, latency)
		return
	}
	if d.hdr == nil {
		d.pack()
	}
	d.count(latency)
}

func (d *distribution) pack() {
	d.hdr = hdrhistogram.NewPacked(int64(hdrLowest), int64(hdrHighest), hdrDigits)
	for _, latency := range d.exact {
		d.count(latency)
	}
	d.exact = nil
}

// count cannot fail: the latency is clamped into the histogram's range.
func (d *distribution) count(latency time.Duration) {
	_ = d.hdr.RecordValue(int64(min(latency, hdrHighest)))
}

// frozen is a copy that later additions do not change. Exact latencies are only
// ever appended, so that a full slice of them can be shared.
func (d *distribution) frozen() distribution {
	if d.hdr != nil {
		return distribution{hdr: d.hdr.Clone()}
	}
	return distribution{exact: slices.Clip(d.exact), limit: d.limit}
}

// quantiles are the nearest-rank quantiles: the smallest latency that at least
// the share q of all latencies does not exceed. Without latencies all are 0.
func (d *distribution) quantiles(qs ...float64) []time.Duration {
	if d.hdr != nil {
		return packedQuantiles(d.hdr, qs)
	}
	out := make([]time.Duration, len(qs))
	sorted := slices.Sorted(slices.Values(d.exact))
	for i, q := range qs {
		if len(sorted) > 0 {
			out[i] = sorted[rank(q, len(sorted))-1]
		}
	}
	return out
}

// packedQuantiles asks the histogram for the percentile that lies on the rank,
// because its own rounding (half up) would differ from that of the exact ones.
func packedQuantiles(hdr *hdrhistogram.PackedHistogram, qs []float64) []time.Duration {
	out := make([]time.Duration, len(qs))
	total := int(hdr.TotalCount())
	for i, q := range qs {
		percentile := 100 * float64(rank(q, total)) / float64(total)
		out[i] = time.Duration(hdr.ValueAtPercentile(percentile))
	}
	return out
}

// rank is the position of quantile q among n sorted values, from 1 to n.
func rank(q float64, n int) int {
	return min(max(int(math.Ceil(q*float64(n)-roundingGap)), 1), n)
}
