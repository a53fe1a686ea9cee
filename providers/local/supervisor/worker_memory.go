//go:build linux

package supervisor

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/local/internal/procfs"
)

// memoryStep is how much is taken between two looks at what is left.
const memoryStep = 4 << 20

// holdMemory takes memory and keeps it. The kernel takes it back with the
// process, however that ends.
func holdMemory(args []string, stderr io.Writer) error {
	flags := newWorkerFlags("stress-memory", stderr)
	size := flags.Int64("bytes", 0, "how much")
	ramp := flags.Duration("ramp", 0, "until all of it is held")
	reserve := flags.Int64("reserve", 0, "bytes that stay available")
	if err := flags.parse(args); err != nil {
		return err
	}
	// If the kernel must end somebody for lack of memory, then this process.
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte(strconv.Itoa(1000)), 0); err != nil {
		return fmt.Errorf("offer itself to the out-of-memory killer first: %w", err)
	}
	memory, err := unix.Mmap(-1, 0, int(*size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return fmt.Errorf("map %d bytes: %w", *size, err)
	}
	if err := touchAll(memory, *ramp, *reserve); err != nil {
		return err
	}
	select {}
}

// touchAll makes pages of a mapping real, evenly over the ramp.
func touchAll(memory []byte, ramp time.Duration, reserve int64) error {
	begun := time.Now()
	for from := 0; from < len(memory); from += memoryStep {
		due := begun.Add(time.Duration(float64(ramp) * float64(from) / float64(len(memory))))
		time.Sleep(time.Until(due))
		step := memory[from:min(from+memoryStep, len(memory))]
		if err := memoryLeft(int64(len(step)), reserve); err != nil {
			return err
		}
		touch(step)
	}
	return nil
}

// touch writes different numbers to a page each, so that neither the kernel's
// page merging nor compression gives them back.
func touch(memory []byte) {
	page := os.Getpagesize()
	for at := 0; at < len(memory); at += page {
		x := uint64(at) + uint64(time.Now().UnixNano())
		for i := at; i < min(at+page, len(memory)); i++ {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			memory[i] = byte(x)
		}
	}
}

// mebi is a number of bytes in MiB, for people.
func mebi(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// memoryLeft refuses to take so many bytes if less than the reserve would be
// available afterwards.
func memoryLeft(bytes, reserve int64) error {
	memory, err := procfs.ReadMemory()
	if err != nil {
		return err
	}
	if memory.Available-bytes < reserve {
		return fmt.Errorf("%w: %.1f MiB are available, %.1f MiB more are to be taken, and %.1f MiB are to stay", errReserve, mebi(memory.Available), mebi(bytes), mebi(reserve))
	}
	return nil
}
