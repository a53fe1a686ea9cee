package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// command is one side of a comparison.
type command struct {
	name string
	dir  string
	env  []string // added to this process's
	args []string // with the binary
}

// cost is what one run of a command took.
type cost struct {
	wall    time.Duration
	cpu     time.Duration // user and system
	peakRSS int64         // bytes
}

// measure runs the command once. Output is kept only for the error.
func (c command) measure(ctx context.Context) (cost, error) {
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Dir, cmd.Env = c.dir, append(os.Environ(), c.env...)
	begin := time.Now()
	text, err := cmd.CombinedOutput()
	wall := time.Since(begin)
	if err != nil {
		return cost{}, fmt.Errorf("%s: %w\n%s", c.name, err, text[:min(len(text), 2000)])
	}
	state := cmd.ProcessState
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return cost{}, fmt.Errorf("%s: this system does not tell what a process used", c.name)
	}
	return cost{wall: wall, cpu: state.UserTime() + state.SystemTime(), peakRSS: usage.Maxrss << 10}, nil
}

// interleave runs both sides in turn, so that whatever else the machine does
// meets both; one round before is not counted.
func interleave(ctx context.Context, a, b command, rounds int) (as, bs []cost, err error) {
	for round := range rounds + 1 {
		x, err := a.measure(ctx)
		if err != nil {
			return nil, nil, err
		}
		y, err := b.measure(ctx)
		if err != nil {
			return nil, nil, err
		}
		if round > 0 {
			as, bs = append(as, x), append(bs, y)
		}
	}
	return as, bs, nil
}

// median of each quantity by itself.
func median(costs []cost) cost {
	return cost{
		wall:    middle(costs, func(c cost) time.Duration { return c.wall }),
		cpu:     middle(costs, func(c cost) time.Duration { return c.cpu }),
		peakRSS: middle(costs, func(c cost) int64 { return c.peakRSS }),
	}
}

func middle[T ~int64 | ~float64](costs []cost, of func(cost) T) T {
	values := make([]T, len(costs))
	for i, c := range costs {
		values[i] = of(c)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
