package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// workload is a kind of traffic.
type workload struct {
	name        string
	path        string
	connections int
	delayed     bool
}

// steady are the kinds without a fault, in the order of the report.
func steady() []workload {
	return []workload{
		{name: "small requests, 1 connection", path: "/small", connections: 1},
		{name: "small requests, 16 connections", path: "/small", connections: 16},
		{name: "1 MiB bodies, 1 connection", path: "/large", connections: 1},
		{name: "1 MiB bodies, 4 connections", path: "/large", connections: 4},
	}
}

// delayed is the kind with one.
func delayed() workload {
	return workload{name: "small requests, 100 ms delay", path: "/small", connections: 4, delayed: true}
}

// sample is what one measurement gave.
type sample struct {
	rate      float64 // requests per second
	latencies []time.Duration
}

// result is a workload's samples by way, one of each way a round.
type result struct {
	workload workload
	samples  map[string][]sample
}

// compare measures every workload over every way, in turns, so that whatever
// else the machine does meets all of them alike.
func compare(ways []way, workloads []workload, s settings) ([]result, error) {
	var results []result
	for _, w := range workloads {
		if !strings.Contains(w.name, s.only) {
			continue
		}
		r := result{workload: w, samples: make(map[string][]sample)}
		for round := range s.rounds {
			for i := range ways {
				to := ways[(i+round)%len(ways)]
				got, err := measure(w, to, s.round)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", w.name, to.name, err)
				}
				r.samples[to.name] = append(r.samples[to.name], got)
			}
		}
		results = append(results, r)
	}
	return results, nil
}

// measure keeps the connections busy for a while after a warm-up.
func measure(w workload, to way, length time.Duration) (sample, error) {
	pause := time.Duration(0)
	switch {
	case w.delayed && to.name == "direct":
		pause = delay // the best that this machine can do
	case w.delayed:
		if err := to.command("delay"); err != nil {
			return sample{}, err
		}
		defer func() { _ = to.command("clear") }()
	}
	if w.delayed {
		length *= 5 // for a p99 there must be some hundreds
	}
	if _, err := attack(w, to.address, pause, length/5); err != nil {
		return sample{}, err
	}
	began := time.Now()
	latencies, err := attack(w, to.address, pause, length)
	return sample{rate: float64(len(latencies)) / time.Since(began).Seconds(), latencies: latencies}, err
}

// attack sends requests one after the other on each connection.
func attack(w workload, address string, pause, length time.Duration) ([]time.Duration, error) {
	var (
		all   []time.Duration
		first error
		mu    sync.Mutex
		users sync.WaitGroup
	)
	until := time.Now().Add(length)
	for range w.connections {
		users.Go(func() {
			own, err := shop(address, w.path, pause, until)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, own...)
			if err != nil {
				first = err
			}
		})
	}
	users.Wait()
	slices.Sort(all)
	return all, first
}

// quantile of sorted durations.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted)%2 == 1 {
		return sorted[len(sorted)/2]
	}
	return (sorted[len(sorted)/2-1] + sorted[len(sorted)/2]) / 2
}
