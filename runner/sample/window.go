package sample

import (
	"time"

	"github.com/zclconf/go-cty/cty"
)

// A Window is what a series measured in one span of time. It is a snapshot:
// later points do not change it.
//
// The latency of failed samples counts too, because a time-out is slow.
// Minimum, mean and maximum are exact. Quantiles are exact in sliding windows
// and in phases of up to 1,024 samples; in longer phases they come from an HDR
// histogram of three significant digits and may be up to 0.1 % too high
// (and are cut at one hour).
type Window struct {
	tally    tally
	from, to time.Time
	fields   cty.Type
	load     bool
}

// Count is the number of samples; for a load, of the requests sent.
func (w Window) Count() int64 { return w.tally.count }

// ValueCount is how many samples have measured a value.
func (w Window) ValueCount() int64 { return w.tally.value.n }

// SuccessCount is the number of samples that were OK.
func (w Window) SuccessCount() int64 { return w.tally.success }

// SuccessRatio is SuccessCount by Count, 0 to 1; 0 for an empty window.
func (w Window) SuccessRatio() float64 {
	return float64(w.tally.success) / float64(max(w.tally.count, 1))
}

// Offered is the number of samples or requests that were due, whether they were
// sent and whatever became of them.
func (w Window) Offered() int64 { return w.tally.offered }

// Lost is how many of those nobody knows the outcome of.
func (w Window) Lost() int64 { return w.tally.lost }

// LostError says why the newest lost sample was lost, or the newest request of a load
// not sent; empty when none was.
func (w Window) LostError() string { return w.tally.gone.Error }

// Rate is the number of samples or requests sent for each second of the window.
// A phase that still lasts reaches until now, so that requests which have not
// been answered lower its rate.
func (w Window) Rate() float64 {
	if seconds := w.Duration().Seconds(); seconds > 0 {
		return float64(w.tally.count) / seconds
	}
	return 0
}

// Duration is the length of the window.
func (w Window) Duration() time.Duration { return w.to.Sub(w.from) }

// Quantile is the latency that the share q (0 to 1) of the samples does not
// exceed, by nearest rank; 0 for an empty window.
func (w Window) Quantile(q float64) time.Duration {
	return w.quantiles(q)[0]
}

// Min is the shortest latency; 0 for an empty window.
func (w Window) Min() time.Duration { return time.Duration(w.tally.latency.min) }

// Mean is the mean latency; 0 for an empty window.
func (w Window) Mean() time.Duration { return time.Duration(w.tally.latency.mean()) }

// Max is the longest latency; 0 for an empty window.
func (w Window) Max() time.Duration { return time.Duration(w.tally.latency.max) }

// Last is the newest sample by due time, and whether there is one.
func (w Window) Last() (Point, bool) { return w.tally.last, w.tally.count > 0 }

// LastError is what the newest failed sample said; empty when none failed.
func (w Window) LastError() string { return w.tally.failed.Error }

// quantiles keeps a histogram's bucket bounds within what was measured.
func (w Window) quantiles(qs ...float64) []time.Duration {
	out := w.tally.latencies.quantiles(qs...)
	for i := range out {
		out[i] = min(max(out[i], w.Min()), w.Max())
	}
	return out
}
