//go:build linux

package supervisor

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"

	"github.com/gameday-dev/gameday/providers/local/internal/procfs"
)

// spawner starts children and reaps them.
type spawner struct {
	requests chan startRequest

	mu       sync.Mutex // held from fork to registration, so that no child is reaped unknown
	children map[int]*child
}

// child is a started process, the leader of its own process group.
type child struct {
	identity procfs.Identity
	done     chan struct{} // closed once it is reaped
	status   syscall.WaitStatus
}

// command is what to start.
type command struct {
	path   string
	args   []string
	env    []string
	dir    string
	output *os.File // for what it prints; nil for none

	keepStderr bool // errors go where the supervisor's go
}

type startRequest struct {
	command command
	answer  chan<- startAnswer
}

type startAnswer struct {
	child *child
	err   error
}

func newSpawner() *spawner {
	s := &spawner{requests: make(chan startRequest), children: map[int]*child{}}
	go s.serve()
	return s
}

// serve forks on a thread of its own, for ever: the parent-death signal comes
// when the thread that forked ends, not when its process does.
func (s *spawner) serve() {
	runtime.LockOSThread()
	for request := range s.requests {
		c, err := s.fork(request.command)
		request.answer <- startAnswer{c, err}
	}
}

// start starts a command in a process group of its own.
func (s *spawner) start(c command) (*child, error) {
	answer := make(chan startAnswer, 1)
	s.requests <- startRequest{c, answer}
	got := <-answer
	return got.child, got.err
}

func (s *spawner) fork(c command) (*child, error) {
	files, closeFiles, err := c.openStdio()
	if err != nil {
		return nil, err
	}
	defer closeFiles()
	s.mu.Lock()
	defer s.mu.Unlock()
	pid, err := syscall.ForkExec(c.path, c.args, &syscall.ProcAttr{
		Dir:   c.dir,
		Env:   c.env,
		Files: files,
		// The group stays in the supervisor's session: only then does the
		// supervisor's death orphan it, which wakes what is stopped in it.
		Sys: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return nil, fmt.Errorf("start %s in %s: %w", c.path, c.dir, err)
	}
	stat, err := procfs.Read(pid) // it cannot be reaped before mu is free
	if err != nil {
		_ = syscall.Kill(pid, syscall.SIGKILL) // nobody could end it by name; it is reaped like an orphan
		return nil, fmt.Errorf("read process %d just started: %w", pid, err)
	}
	started := &child{identity: stat.Identity(), done: make(chan struct{})}
	s.children[pid] = started
	return started, nil
}

// openStdio opens what the child gets as stdin, stdout and stderr.
func (c command) openStdio() (files []uintptr, closeAll func(), err error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	out, problems := null, null
	switch {
	case c.keepStderr:
		problems = os.Stderr
	case c.output != nil:
		out, problems = c.output, c.output
	}
	closeAll = func() { _ = null.Close() } // this process wrote nothing to it
	return []uintptr{null.Fd(), out.Fd(), problems.Fd()}, closeAll, nil
}

// running reports whether the child has not been reaped.
func (c *child) running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// signalGroup sends a signal to the child's whole process group. The group's id
// cannot be another's: it is taken for as long as the leader is not reaped,
// and the reaper ends the group before it reaps the leader.
func (s *spawner) signalGroup(c *child, signal syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.children[c.identity.PID] != c {
		return procfs.ErrGone
	}
	return syscall.Kill(-c.identity.PID, signal)
}
