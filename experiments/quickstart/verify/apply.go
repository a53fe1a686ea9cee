package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/runner/report/rundir"
)

// patience is how long gameday may take to revert and report after a signal.
const patience = 30 * time.Second

// apply runs gameday once and reads back what it wrote. An exit code of its own
// is part of the result, not an error.
func apply(ctx context.Context, opts options, stdout, stderr io.Writer) (*result, error) {
	if err := os.MkdirAll(filepath.Dir(opts.junit), 0o755); err != nil {
		return nil, err
	}
	if err := os.Remove(opts.junit); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	begin := time.Now()
	code, err := gameday(ctx, opts, stdout, stderr)
	if err != nil {
		return nil, err
	}
	run, err := rundir.Load(rundir.Root("."), rundir.Latest)
	if err != nil {
		return nil, fmt.Errorf("gameday ended with exit code %d and left no run: %w", code, err)
	}
	if run.Report.Began.Before(begin) {
		return nil, fmt.Errorf("gameday ended with exit code %d and left no run: the newest, %s, is older", code, run.ID)
	}
	_, err = os.Stat(opts.junit)
	return newResult(run, code, err == nil), nil
}

func gameday(ctx context.Context, opts options, stdout, stderr io.Writer) (int, error) {
	cmd := exec.CommandContext(ctx, opts.gameday, "apply", "-auto-approve", "-junit-xml", opts.junit, opts.dir)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	// A Ctrl-C reaches the whole foreground group; what was sent to this
	// program alone is handed on.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	err := cmd.Run()
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		return cmd.ProcessState.ExitCode(), nil
	}
	if err != nil {
		return 0, fmt.Errorf("cannot run %s (make build makes it): %w", opts.gameday, err)
	}
	return 0, nil
}
