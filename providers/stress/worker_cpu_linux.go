package stress

import (
	"context"
	"io"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// burn uses up a share of a processor, as a process of its own: one that can be
// killed with SIGKILL, and whose processor time is its evidence.
func burn(args []string, stderr io.Writer) error {
	flags := worker.NewFlags(roleCPU, stderr)
	load := flags.Float64("load", 100, "percent of a processor")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return worker.Run(flags.Deadline, func(ctx context.Context, ready func() error) error {
		if err := ready(); err != nil {
			return err
		}
		return keepBusy(ctx, *load/100)
	})
}

func keepBusy(ctx context.Context, share float64) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	sum, begun, before, d := uint64(1), time.Now(), usedCPU(), duty{share: share}
	for ctx.Err() == nil {
		period, used := time.Now(), usedCPU()
		until := used + d.budget(period.Sub(begun), used-before) // without what the start took
		for ; used < until; used = usedCPU() {
			sum ^= spin(sum)
		}
		if err := wait(ctx, cpuPeriod-time.Since(period)); err != nil {
			return err
		}
	}
	return nil
}

// usedCPU is the processor time that this process has used, with that of the
// runtime's own threads.
func usedCPU() time.Duration {
	var used unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &used) // every process has that clock
	return time.Duration(used.Nano())
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

// wait returns after so long, or with an error once the context is done.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
