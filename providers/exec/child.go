package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"
)

// ending is how a program ended.
type ending struct {
	exitCode int    // -1 when a signal ended it
	signal   string // that ended it; empty for none
}

func (e ending) String() string {
	if e.signal != "" {
		return "ended by " + e.signal
	}
	return fmt.Sprintf("exit code %d", e.exitCode)
}

// run runs a command to its end. When ctx ends first, its process group is
// killed and the error is the context's. Probing says to kill what the program
// has left behind in its group when it ends by itself, too, and the program itself when
// gameday is killed. An action is left to its end then: half a repair may be
// worse than none. Other errors mean that the program could not be started.
func (c command) run(ctx context.Context, stdout, stderr io.Writer, probing bool) (ending, error) {
	// Its context would kill the program alone, and not its group.
	child := exec.CommandContext(context.WithoutCancel(ctx), c.program, c.args...)
	child.Dir, child.Env = c.dir, c.env
	pipes, err := lead(child, stdout, stderr)
	if err != nil {
		return ending{}, err
	}
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if probing {
		defer dieTogether(child.SysProcAttr)()
	}
	if err := child.Start(); err != nil {
		for _, p := range pipes {
			p.drop()
		}
		return ending{}, startError(err)
	}
	for _, p := range pipes {
		p.follow()
	}
	stopped := awaitOrKill(ctx, child.Process.Pid, probing)
	_ = child.Wait() // what it would say is in the state
	until := time.Now().Add(pipeGrace)
	for _, p := range pipes {
		p.finish(until)
	}
	state, _ := child.ProcessState.Sys().(syscall.WaitStatus)
	return endingOf(state), stopped
}

// lead gives a program pipes to the writers; one where both are the same.
func lead(child *exec.Cmd, stdout, stderr io.Writer) ([]*pipe, error) {
	out, err := newPipe(stdout)
	if err != nil {
		return nil, err
	}
	child.Stdout, child.Stderr = out.write, out.write
	if stdout == stderr {
		return []*pipe{out}, nil
	}
	errs, err := newPipe(stderr)
	if err != nil {
		out.drop()
		return nil, err
	}
	child.Stderr = errs.write
	return []*pipe{out, errs}, nil
}

// awaitOrKill returns when the leader of a process group has ended, by itself
// or with the context, whose error it returns then.
func awaitOrKill(ctx context.Context, leader int, reap bool) (stopped error) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		awaitEnd(leader)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		stopped = ctx.Err()
	}
	if reap || stopped != nil {
		killGroup(leader)
	}
	<-ended
	return stopped
}

// killGroup kills a process group. Its leader has not been waited for, so that
// the number cannot have become another group's.
func killGroup(leader int) { _ = syscall.Kill(-leader, syscall.SIGKILL) }

func endingOf(state syscall.WaitStatus) ending {
	if state.Signaled() {
		return ending{exitCode: -1, signal: state.Signal().String()}
	}
	return ending{exitCode: state.ExitStatus()}
}

func startError(err error) error {
	var failed *exec.Error
	if errors.As(err, &failed) && errors.Is(failed.Err, exec.ErrNotFound) {
		return fmt.Errorf("the program %q is not in PATH", failed.Name)
	}
	return fmt.Errorf("cannot start the program: %w", err)
}
