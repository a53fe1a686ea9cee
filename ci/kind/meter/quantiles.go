package main

import (
	"slices"
	"time"
)

// latencies in milliseconds.
type latencies struct {
	Min, P50, P90, P99, Max float64
}

// quantiles are by nearest rank; all zero of none.
func quantiles(all []time.Duration) latencies {
	if len(all) == 0 {
		return latencies{}
	}
	slices.Sort(all)
	at := func(q float64) float64 {
		return float64(all[min(int(q*float64(len(all))), len(all)-1)].Microseconds()) / 1000
	}
	return latencies{Min: at(0), P50: at(0.5), P90: at(0.9), P99: at(0.99), Max: at(1)}
}
