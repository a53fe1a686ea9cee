//go:build linux

package supervisor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/internal/worker"
	"github.com/gameday-dev/gameday/providers/stress"
)

// errSurvives says that a worker hangs in the kernel.
var errSurvives = errors.New("it survives SIGKILL")

// stressing runs workers: processes that use something up until they are killed.
// They carry the fault's id, so anybody can find them. Should the supervisor be
// killed, its death kills them, and the kernel takes back what they held.
type stressing struct {
	name     names
	spawner  *spawner
	prefix   []string // before the role
	fault    string
	deadline time.Time
	roles    []workerRole

	mu      sync.Mutex
	workers []*child
}

// workerRole is one worker to start, and when it has what it is to take.
type workerRole struct {
	args    []string
	check   func() error           // before the start; of nothing that can hang, as filesystems do
	reached func(procfs.Stat) bool // nil: as soon as it runs
}

func (e *stressing) inject(ctx context.Context) error {
	for _, role := range e.roles[len(e.all()):] {
		if role.check != nil {
			if err := role.check(); err != nil {
				return err
			}
		}
		worker, err := e.spawner.start(e.command(role))
		if err != nil {
			return err
		}
		e.mu.Lock()
		e.workers = append(e.workers, worker)
		e.mu.Unlock()
	}
	for i, worker := range e.all() {
		if err := waitReached(ctx, worker, e.roles[i]); err != nil {
			return err
		}
	}
	return nil
}

// command executes this very program again. Its name in /proc survives that the
// file is replaced meanwhile.
func (e *stressing) command(role workerRole) command {
	args := append([]string{"gameday-agent"}, e.prefix...)
	args = append(args, role.args...)
	args = append(args, worker.DeadlineFlag, worker.FormatDeadline(e.deadline))
	env := append(e.name.marks(workerName), MarkFault+"="+e.fault, "GOMAXPROCS=1")
	return command{path: "/proc/self/exe", args: args, env: env, dir: "/", keepStderr: true}
}

// waitReached waits until a worker has what it is to take.
func waitReached(ctx context.Context, worker *child, role workerRole) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		stat, err := worker.identity.Stat()
		if err == nil && (role.reached == nil || role.reached(stat)) {
			return nil
		}
		select {
		case <-tick.C:
		case <-worker.done:
			return explainExit(worker.status)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (e *stressing) all() []*child {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]*child(nil), e.workers...)
}

// revert kills the workers and waits until the kernel has taken back what they
// held, which it has once they can be reaped. One that hangs in the kernel is not waited
// for without end, and keeps none of the others alive.
func (e *stressing) revert(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, killTimeout, errSurvives)
	defer cancel()
	var failed error
	for _, worker := range e.all() {
		if err := e.spawner.signalGroup(worker, syscall.SIGKILL); err != nil && !errors.Is(err, procfs.ErrGone) {
			failed = errors.Join(failed, fmt.Errorf("kill worker %d: %w", worker.identity.PID, err))
		}
	}
	for _, worker := range e.all() {
		if !waitDone(ctx, worker, killTimeout) {
			failed = errors.Join(failed, fmt.Errorf("kill worker %d: %w", worker.identity.PID, cmp.Or(context.Cause(ctx), errSurvives)))
		}
	}
	return failed
}

func (e *stressing) status(status *FaultStatus) {
	for _, worker := range e.all() {
		if worker.running() {
			status.Workers++
		}
	}
}

// newStress makes the workers that a specification asks for.
func (s *server) newStress(spec FaultSpec) (*stressing, error) {
	e := &stressing{name: s.name, spawner: s.spawner, prefix: s.prefix, fault: spec.ID, deadline: spec.Deadline}
	switch {
	case spec.CPU != nil:
		e.roles = cpuRoles(*spec.CPU)
	case spec.Memory != nil:
		e.roles = []workerRole{memoryRole(*spec.Memory)}
	case spec.Disk != nil:
		e.roles = []workerRole{diskRole(*spec.Disk)}
	default:
		return nil, errors.New("a stress needs cpu, memory or disk")
	}
	return e, nil
}

func cpuRoles(spec CPUStress) []workerRole {
	return slices.Repeat([]workerRole{{args: stress.CPUArgs(spec.Load)}}, spec.Workers)
}

func memoryRole(spec MemoryStress) workerRole {
	role := workerRole{
		args:  stress.MemoryArgs(spec.Bytes, spec.Ramp, spec.Reserve),
		check: func() error { return stress.MemoryLeft(spec.Bytes, spec.Reserve) },
	}
	if spec.Ramp == 0 {
		role.reached = func(stat procfs.Stat) bool { return stress.HeldBytes(stat.PID) >= spec.Bytes }
	}
	return role
}

// diskRole leaves the look at the filesystem to the worker: one that does not answer
// would have the supervisor hang.
func diskRole(spec DiskFill) workerRole {
	return workerRole{
		args:    stress.DiskArgs(spec.Dir, spec.Bytes, spec.Reserve),
		reached: func(stat procfs.Stat) bool { return stress.FilledBytes(stat.PID) >= spec.Bytes },
	}
}

// explainExit says in words how a worker ended.
func explainExit(status syscall.WaitStatus) error {
	if known := stress.Explain(status.ExitStatus()); known != nil {
		return fmt.Errorf("%w; the supervisor's log says more", known)
	}
	return fmt.Errorf("the worker has %s; the supervisor's log says more", describeExit(status))
}
