package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// render writes the results as Markdown.
func render(results []result, t trial, s settings) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nWritten by `ci/bench/toxiproxy`: `go run . %s-round %s -rounds %d`.\n\n", t.title, t.flags, s.round, s.rounds)
	fmt.Fprintf(&b, "Machine: %d cores, %s/%s, %s, kernel %s, load average at the end %s, niceness %d. Toxiproxy v2.5.0.\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), kernel(), load(), niceness())
	fmt.Fprintf(&b, "%s\n\n", t.about)
	b.WriteString("## Without a fault\n\n| traffic | way | requests/s | of direct | median | added | p99 |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, r := range results {
		if !r.workload.delayed {
			renderRates(&b, r, t.ways)
		}
	}
	b.WriteString("\n| traffic | way | rate, ours : Toxiproxy | added median latency, ours : Toxiproxy |\n| --- | --- | ---: | ---: |\n")
	for _, r := range results {
		if !r.workload.delayed {
			renderRatios(&b, r, t.ours)
		}
	}
	for _, r := range results {
		if r.workload.delayed {
			renderDelay(&b, r)
		}
	}
	return b.String()
}

// renderRatios compares what is ours.
func renderRatios(b *strings.Builder, r result, ours []string) {
	for _, name := range ours {
		fmt.Fprintf(b, "| %s | %s | %.2f | %.2f |\n", r.workload.name, name, r.ratio(name, "toxiproxy"), r.added(name)/r.added("toxiproxy"))
	}
}

func renderRates(b *strings.Builder, r result, ways []string) {
	for _, name := range ways {
		fmt.Fprintf(b, "| %s | %s | %.0f | %.2f | %s | %s | %s |\n", r.workload.name, name,
			median(r.rates(name)), r.ratio(name, "direct"), micro(r.latency(name, 0.5)), micro(r.added(name)), micro(r.latency(name, 0.99)))
	}
}

// renderDelay shows how far round trips are off the requested delay; they
// include what the server and the client take.
func renderDelay(b *strings.Builder, r result) {
	fmt.Fprintf(b, "\n## %s\n\nRound trips beyond the requested delay, on %d connections. Direct stands for a client that sleeps\nfor the delay itself, by nanosleep: what this machine can do at best.\n\n| way | round trips | median | p99 | longest |\n| --- | ---: | ---: | ---: | ---: |\n", r.workload.name, r.workload.connections)
	for _, name := range []string{"direct", "gameday", "toxiproxy"} {
		all := r.all(name)
		beyond := func(q float64) string { return micro(float64(quantile(all, q)-delay) / 1e3) }
		fmt.Fprintf(b, "| %s | %d | %s | %s | %s |\n", name, len(all), beyond(0.5), beyond(0.99), beyond(1))
	}
}

func (r result) rates(name string) []float64 {
	var rates []float64
	for _, s := range r.samples[name] {
		rates = append(rates, s.rate)
	}
	return rates
}

// ratio is the median of the ratios within a round.
func (r result) ratio(of, to string) float64 {
	var ratios []float64
	for i, s := range r.samples[of] {
		ratios = append(ratios, s.rate/r.samples[to][i].rate)
	}
	return median(ratios)
}

// latency is the median over the rounds of a quantile, in microseconds.
func (r result) latency(name string, q float64) float64 {
	var values []float64
	for _, s := range r.samples[name] {
		values = append(values, float64(quantile(s.latencies, q))/1e3)
	}
	return median(values)
}

// added is the median latency beyond the direct way's, in microseconds.
func (r result) added(name string) float64 {
	return r.latency(name, 0.5) - r.latency("direct", 0.5)
}

func (r result) all(name string) []time.Duration {
	var all []time.Duration
	for _, s := range r.samples[name] {
		all = append(all, s.latencies...)
	}
	slices.Sort(all)
	return all
}

func micro(us float64) string {
	if us < 0 {
		return fmt.Sprintf("−%.0f µs", -us)
	}
	if us >= 1e4 {
		return fmt.Sprintf("%.1f ms", us/1e3)
	}
	return fmt.Sprintf("%.0f µs", us)
}

func kernel() string {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return "unknown"
	}
	release, _, _ := strings.Cut(unix.ByteSliceToString(name.Release[:]), "-")
	return release
}

// load is what else the machine did, which every figure has to be read with.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

// niceness is the priority that all processes of the run had. A negative one
// shields them from what else the machine does.
func niceness() int {
	priority, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		return 0
	}
	return 20 - priority // the system call counts down from 20
}
