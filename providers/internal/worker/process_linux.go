package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// readyLine is what a worker writes to its standard output once its effect is in
// place.
const readyLine = "ready\n"

// ErrNotReady says that a worker ended in order, at its deadline, before it had come
// to have its effect.
var ErrNotReady = errors.New("its deadline came before its effect was in place")

// Command says which worker to start.
type Command struct {
	Prefix []string   // arguments that lead to the roles of this binary, such as "agent"
	Args   []string   // role and flags
	Env    []string   // all of it
	Files  []*os.File // the worker has the first as descriptor 3
}

// Process is a worker that was started.
type Process struct {
	Identity procfs.Identity

	cmd    *exec.Cmd
	stderr excerpt
	done   chan struct{}
}

// Start executes this very binary again and returns once the worker's effect is
// in place. The error is what the worker said when it gave up.
func Start(ctx context.Context, c Command) (*Process, error) {
	said, speaks, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer said.Close()
	p := &Process{done: make(chan struct{})}
	p.cmd = c.build(speaks, &p.stderr)
	err = p.fork()
	_ = speaks.Close() // the worker has its own
	if err != nil {
		return nil, fmt.Errorf("start worker %s: %w", c.Args[0], err)
	}
	if err := p.awaitReady(ctx, said); err != nil {
		p.Kill()
		return nil, fmt.Errorf("worker %s: %w", c.Args[0], err)
	}
	return p, nil
}

// build names the binary by /proc, which survives that its file is replaced. The
// group of its own keeps a terminal's signals away.
func (c Command) build(stdout *os.File, stderr io.Writer) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), "/proc/self/exe") // ended by Kill alone
	cmd.Args = append(append([]string{Name}, c.Prefix...), c.Args...)
	cmd.Env, cmd.Dir, cmd.ExtraFiles = slices.Concat(c.Env, []string{"GOMAXPROCS=1"}), "/", c.Files
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return cmd
}

// fork starts the worker from a thread that stays until the worker is gone: the
// parent-death signal comes when the thread that forked ends, not when its process does.
func (p *Process) fork() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		if err == nil {
			err = p.identify()
		}
		started <- err
		if p.cmd.Process != nil {
			_ = p.cmd.Wait() // Exit tells how it ended
		}
		close(p.done)
	}()
	return <-started
}

// identify reads the start time. The child is not reaped yet, so its id is its own.
func (p *Process) identify() error {
	stat, err := procfs.Read(p.cmd.Process.Pid)
	if err != nil {
		return errors.Join(err, p.cmd.Process.Kill())
	}
	p.Identity = stat.Identity()
	return nil
}

func (p *Process) awaitReady(ctx context.Context, said *os.File) error {
	lives := context.AfterFunc(ctx, func() { _ = p.cmd.Process.Kill() }) // which ends the reading
	text := make([]byte, len(readyLine))
	_, err := io.ReadFull(said, text)
	if lives() && err == nil && string(text) == readyLine {
		return nil
	}
	p.Kill() // unless it has ended
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return cmp.Or(p.Err(), ErrNotReady)
}

// Done is closed once the worker has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Running reports whether the worker has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Kill ends the worker and returns once the kernel has taken back what it held.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.done
}

// Exit says how the worker ended. It is nil until Done is closed.
func (p *Process) Exit() *os.ProcessState {
	if p.Running() {
		return nil
	}
	return p.cmd.ProcessState
}

// Err is why the worker has ended: an ExitError with its last words. It is nil while
// the worker runs, and when it ended in order.
func (p *Process) Err() error {
	state := p.Exit()
	if state == nil || state.Success() {
		return nil
	}
	return &ExitError{State: state, Said: strings.TrimSpace(p.stderr.String())}
}
