//go:build unix

package machine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// startTime is how long a guard may take until it watches.
const startTime = 10 * time.Second

// GuardMain is the agent in the role node-guard: it reads an order from its
// standard input, says "watching" on its standard output, takes the step back at
// the deadline and ends. SIGTERM ends it before. It returns the exit code.
func GuardMain(_ []string, stderr io.Writer) int {
	var o order
	if err := json.NewDecoder(os.Stdin).Decode(&o); err != nil {
		fmt.Fprintf(stderr, "%s is started by gameday, not by people: %v\n", GuardRole, err)
		return 2
	}
	if err := watch(o); err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", GuardRole, err)
		return 1
	}
	return 0
}

func watch(o order) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	file, err := lock(o.File)
	if err != nil {
		return err
	}
	if file != nil { // or else another guard watches already
		defer file.Close()
		if err := file.Truncate(0); err != nil {
			return err
		}
		if _, err := fmt.Fprint(file, os.Getpid()); err != nil {
			return err
		}
	}
	if _, err := fmt.Println("watching"); err != nil { //nolint:forbidigo // what whoever started it waits for
		return err
	}
	if file == nil {
		return nil
	}
	err = keep(ctx, o)
	return errors.Join(err, os.Remove(o.File))
}

// lock takes the lock that a guard holds while it lives; nil when another has it.
// The kernel gives it back with the end of the process, however it ends.
func lock(path string) (*os.File, error) {
	for {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil && stillNamed(file, path) {
			return file, nil
		}
		_ = file.Close()
		switch {
		case errors.Is(err, unix.EWOULDBLOCK):
			return nil, nil //nolint:nilnil // as said: another has it
		case err != nil:
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
	}
}

// stillNamed is false when the file was removed before it was locked: then the
// lock says nothing to anybody else.
func stillNamed(file *os.File, path string) bool {
	held, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(held, named)
}

// startGuard starts a guard in a session of its own, so that neither a terminal's
// signals nor the end of gameday reach it, and returns when it watches.
func startGuard(ctx context.Context, id string, step claim.NodeStep, deadline time.Time) error {
	file, err := guardFile(id, step.Node)
	if err != nil {
		return err
	}
	text, err := encode(order{ID: id, Step: step, Deadline: deadline, File: file})
	if err != nil {
		return err
	}
	path, args, err := agent()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), path, args...)
	cmd.Stdin, cmd.Env = bytes.NewReader(text), environment(id)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Dir = "/" // keeps no folder busy
	return begin(ctx, cmd)
}

// begin starts a guard's process and waits for its word.
func begin(ctx context.Context, cmd *exec.Cmd) error {
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer reader.Close()
	cmd.Stdout = writer
	err = errors.Join(cmd.Start(), writer.Close())
	if err != nil {
		return fmt.Errorf("%w: %w", errNoGuard, err)
	}
	go func() { _ = cmd.Wait() }() // it outlives us, or is reaped when it ends first
	word, err := firstWord(ctx, reader)
	if err == nil && word == "watching" {
		return nil
	}
	_ = cmd.Process.Kill()
	return fmt.Errorf("%w: %s said %q instead of that it watches: %w", errNoGuard, cmd.Path, word, errors.Join(err, ctx.Err()))
}

func firstWord(ctx context.Context, reader *os.File) (string, error) {
	until := time.Now().Add(startTime)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(until) {
		until = deadline
	}
	if err := reader.SetReadDeadline(until); err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { _ = reader.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	word := make([]byte, 64)
	n, err := reader.Read(word)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return strings.TrimSpace(string(word[:n])), err
}

// endGuard ends the guard of a fault on a node, if there is one, and returns when
// it is gone. Whoever holds the lock is the guard, whatever became of its number.
func endGuard(ctx context.Context, id, node string) error {
	path, err := guardFile(id, node)
	if err != nil {
		return err
	}
	var sent time.Time
	for {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		file, err := lock(path)
		if err != nil {
			return err
		}
		if file != nil { // nobody watches
			return errors.Join(removed(path), file.Close())
		}
		if pid, err := strconv.Atoi(string(text)); err == nil && pid > 0 && time.Since(sent) > time.Second {
			sent = time.Now()
			_ = syscall.Kill(pid, syscall.SIGTERM) // it may have ended by itself
		}
		if !sleepUntil(ctx, time.Now().Add(10*time.Millisecond)) {
			return fmt.Errorf("end the guard of node %s, process %s: %w", node, text, context.Cause(ctx))
		}
	}
}

func removed(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
