package stress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// memoryStep is how much is taken between two looks at what is left.
const memoryStep = 4 << 20

// residentCheck is how often a worker looks whether its memory was swapped out.
const residentCheck = time.Second

// holdMemory takes memory and keeps it. The kernel takes it back with the
// process, however that ends.
func holdMemory(args []string, stderr io.Writer) error {
	flags := worker.NewFlags(roleMemory, stderr)
	size := flags.Int64("bytes", 0, "how much")
	ramp := flags.Duration("ramp", 0, "until all of it is held")
	reserve := flags.Int64("reserve", 0, "bytes that stay available; -1 for no matter how many")
	margin := flags.Int64("margin", unchecked, "bytes that stay in the control group; -1 for no matter how many")
	other := flags.String("cgroup", "", "root of the files of another control group than this process's")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := offerFirst(); err != nil {
		return err
	}
	return worker.Run(flags.Deadline, func(ctx context.Context, ready func() error) error {
		h := holder{ramp: *ramp, reserve: *reserve, room: room{margin: *margin, other: *other}, ready: ready}
		return h.hold(ctx, *size)
	})
}

// offerFirst offers this process to the out-of-memory killer before all others
// (proc_pid_oom_score_adj(5)), which every process may do with itself.
func offerFirst() error {
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte(strconv.Itoa(1000)), 0); err != nil {
		return fmt.Errorf("offer itself to the out-of-memory killer first: %w", err)
	}
	return nil
}

type holder struct {
	memory  []byte
	ramp    time.Duration
	reserve int64
	room    room
	ready   func() error
}

// hold maps memory, makes it real and keeps it.
func (h *holder) hold(ctx context.Context, size int64) (err error) {
	if err := openHeld(); err != nil {
		return err
	}
	h.memory, err = unix.Mmap(-1, 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return fmt.Errorf("map %d bytes: %w", size, err)
	}
	// Small pages make the steps of a ramp exact. Kernels without huge pages refuse.
	_ = unix.Madvise(h.memory, unix.MADV_NOHUGEPAGE)
	if h.ramp > 0 {
		if err := h.ready(); err != nil {
			return err
		}
	}
	if err := h.touchAll(ctx); err != nil {
		return err
	}
	if h.ramp == 0 {
		if err := h.ready(); err != nil {
			return err
		}
	}
	return h.keep(ctx)
}

// touchAll makes pages of the mapping real, evenly over the ramp.
func (h *holder) touchAll(ctx context.Context) error {
	begun := time.Now()
	for from := 0; from < len(h.memory); from += memoryStep {
		due := begun.Add(time.Duration(float64(h.ramp) * float64(from) / float64(len(h.memory))))
		if err := wait(ctx, time.Until(due)); err != nil {
			return err
		}
		step := h.memory[from:min(from+memoryStep, len(h.memory))]
		if err := errors.Join(MemoryLeft(int64(len(step)), h.reserve), h.room.left(int64(from), int64(len(step)))); err != nil {
			return err
		}
		touch(step)
		if err := addHeld(len(step)); err != nil {
			return err
		}
	}
	return nil
}

// keep reads what was swapped out meanwhile, so that it stays resident.
func (h *holder) keep(ctx context.Context) error {
	for {
		if err := wait(ctx, residentCheck); err != nil {
			return err
		}
		held, err := procfs.Anonymous(os.Getpid())
		if err != nil {
			return err
		}
		if held < int64(len(h.memory)) {
			readAll(h.memory)
		}
	}
}
