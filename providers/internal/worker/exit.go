package worker

import (
	"bytes"
	"os"
	"sync"
	"syscall"
)

// ExitError says that a worker ended by itself, or was killed.
type ExitError struct {
	State *os.ProcessState
	Said  string // the end of what it wrote to its standard error
}

// Error is what the worker said, or how it ended.
func (e *ExitError) Error() string {
	if e.Said == "" {
		return "it has ended: " + e.State.String()
	}
	return e.Said
}

// Code is the exit code, -1 when a signal ended it.
func (e *ExitError) Code() int { return e.State.ExitCode() }

// Killed reports whether SIGKILL ended it.
func (e *ExitError) Killed() bool {
	status, ok := e.State.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// excerptSize is how much of a worker's last words is kept, in bytes.
const excerptSize = 4096

// excerpt keeps the end of what is written to it.
type excerpt struct {
	mu   sync.Mutex
	text []byte
}

func (e *excerpt) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.text = append(e.text, p...)
	e.text = bytes.Clone(e.text[max(0, len(e.text)-excerptSize):])
	return len(p), nil
}

func (e *excerpt) String() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return string(e.text)
}
