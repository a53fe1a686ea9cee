//go:build linux

package supervisor

import (
	"io"
	"runtime"
	"time"
)

// cpuPeriod is how often a worker with less than full load rests. It is short
// against what people call a second, and long against a switch between processes.
const cpuPeriod = 20 * time.Millisecond

// burn uses up one processor, as a process of its own: one that can be killed
// with SIGKILL, and whose processor time is its evidence.
func burn(args []string, stderr io.Writer) error {
	flags := newWorkerFlags("stress-cpu", stderr)
	load := flags.Float64("load", 100, "percent of a processor")
	if err := flags.parse(args); err != nil {
		return err
	}
	runtime.LockOSThread()
	sum := uint64(1)
	busy := time.Duration(float64(cpuPeriod) * *load / 100)
	for {
		begun := time.Now()
		for time.Since(begun) < busy {
			sum ^= spin(sum)
		}
		time.Sleep(cpuPeriod - busy)
	}
}

// spin is a moment of work between two looks at the clock.
//
//go:noinline
func spin(x uint64) uint64 {
	for i := range uint64(4096) {
		x ^= x<<13 + i
	}
	return x
}
