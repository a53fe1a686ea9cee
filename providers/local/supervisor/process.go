//go:build linux

package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// errEnding is returned to whoever asks for something new while everything is
// being ended.
var errEnding = errors.New("the supervisor is ending everything")

// killTimeout is how long a process may take to end by SIGKILL.
const killTimeout = 5 * time.Second

// process is one process of the environment, over all its starts.
type process struct {
	spec    ProcessSpec
	env     []string // with the marks
	spawner *spawner
	life    context.Context // done when the supervisor ends everything
	log     *slog.Logger

	op     sync.Mutex // held through a start or a stop: one at a time
	output *output    // nil before the first start

	mu      sync.Mutex // guards what follows
	current *child     // nil before the first start
	ready   bool
	readyAt time.Time
	begun   time.Time // newest start
	offset  int64     // of the newest start's first byte in the log
	starts  int
	quick   int  // restarts in a row that did not last
	held    int  // while above zero, the restart policy does nothing
	touches int  // faults that have come to end it
	claimed *end // the fault that may end it; nil when none may
}

// start brings the process up unless it is, and waits until it is ready. The
// supervisor's end cuts that short, whoever waits.
func (p *process) start(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.life, func() { cancel(errEnding) })()
	p.op.Lock()
	defer p.op.Unlock()
	if p.life.Err() != nil {
		return errEnding
	}
	current, ready := p.newest()
	if current != nil && current.running() {
		if ready {
			return nil
		}
		return p.waitReady(ctx, current, p.offset) // offset changes only while op is held
	}
	offset, err := p.spawn()
	if err != nil {
		return fmt.Errorf("process %s: %w", p.spec.Name, err)
	}
	started, _ := p.newest()
	go p.watch(started)
	return p.waitReady(ctx, started, offset)
}

// spawn starts the process. What the start before it printed is in the log by then,
// before offset.
func (p *process) spawn() (offset int64, err error) {
	if p.output == nil {
		if p.output, err = openOutput(p.spec.Log); err != nil {
			return 0, err
		}
	}
	p.output.drain()
	offset = p.output.log.Written()
	pipe, err := p.output.pipe()
	if err != nil {
		return 0, err
	}
	defer pipe.Close()
	started, err := p.spawner.start(command{path: p.spec.Path, args: p.spec.Args, env: p.env, dir: p.spec.Dir, output: pipe})
	if err != nil {
		return 0, err
	}
	p.began(started, offset)
	return offset, nil
}

// stop ends the process's group: signal, then SIGKILL after grace. It returns
// once the process is gone. The caller holds the restart policy off.
func (p *process) stop(ctx context.Context, signal syscall.Signal, grace time.Duration) error {
	p.op.Lock()
	defer p.op.Unlock()
	current, _ := p.newest()
	if current == nil || !current.running() {
		return nil
	}
	if signal != syscall.SIGKILL {
		_ = p.spawner.signalGroup(current, signal)
		_ = p.spawner.signalGroup(current, syscall.SIGCONT) // a stopped process takes no other signal
		if waitDone(ctx, current, grace) {
			return nil
		}
	}
	if ctx.Err() != nil {
		return fmt.Errorf("process %s: waiting until it ends: %w", p.spec.Name, context.Cause(ctx))
	}
	return p.kill(current)
}

// kill ends the group of a start at once. What hangs in the kernel, as on a
// filesystem that does not answer, survives for as long as it hangs: then others
// must not wait for it for ever.
func (p *process) kill(c *child) error {
	err := p.spawner.signalGroup(c, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		err = c.identity.Signal(syscall.SIGKILL) // it has left its group
	}
	if err != nil && !errors.Is(err, procfs.ErrGone) {
		return fmt.Errorf("process %s: send SIGKILL to group %d: %w", p.spec.Name, c.identity.PID, err)
	}
	if !waitDone(context.Background(), c, killTimeout) {
		return fmt.Errorf("process %s: pid %d survives SIGKILL", p.spec.Name, c.identity.PID)
	}
	return nil
}

// waitDone reports whether the child ended before the grace was over.
func waitDone(ctx context.Context, c *child, grace time.Duration) bool {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-c.done:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return !c.running()
}

// hold keeps the restart policy off until release is called.
func (p *process) hold() (release func()) {
	p.mu.Lock()
	p.held++
	p.mu.Unlock()
	return func() {
		p.mu.Lock()
		p.held--
		p.mu.Unlock()
	}
}

// touched counts a fault that is about to end the process, and says which one in the row it is.
func (p *process) touched() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.touches++
	return p.touches
}

// lastTouched reports whether no fault has come since the one of that number.
func (p *process) lastTouched(turn int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.touches == turn
}

// newest is the child of the newest start, nil before the first.
func (p *process) newest() (current *child, ready bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current, p.ready
}

func (p *process) began(c *child, offset int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current, p.ready, p.begun, p.offset = c, false, time.Now(), offset
	p.starts++
	p.log.Info("started", "process", p.spec.Name, "pid", c.identity.PID, "start", p.starts)
}

func (p *process) becameReady(c *child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == c {
		p.ready, p.readyAt = true, time.Now()
	}
}

// expect is the running child of a target. A process that was replaced since the
// target was chosen is another process, and is left alone.
func (p *process) expect(want procfs.Identity) (*child, error) {
	current, _ := p.newest()
	switch {
	case current == nil || !current.running():
		return nil, fmt.Errorf("process %s is not running, expected pid %d", p.spec.Name, want.PID)
	case current.identity != want:
		return nil, fmt.Errorf("process %s was replaced: expected pid %d, found pid %d", p.spec.Name, want.PID, current.identity.PID)
	}
	return current, nil
}

func (p *process) status() ProcessStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	status := ProcessStatus{Name: p.spec.Name, Log: p.spec.Log, Restarts: max(0, p.starts-1)}
	if p.current == nil {
		return status
	}
	status.Identity = p.current.identity
	status.Running = p.current.running()
	status.Ready = p.ready && status.Running
	if !status.Running {
		status.Exit = describeExit(p.current.status)
	}
	return status
}
