//go:build linux

package supervisor

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// adopt makes orphaned descendants children of this process instead of init's,
// so that none escapes by leaving its process group.
func adopt() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// reap collects ended children until stop is closed.
func (s *spawner) reap(stop <-chan struct{}) {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	defer signal.Stop(ended)
	for {
		s.reapAll()
		select {
		case <-ended:
		case <-stop:
			return
		}
	}
}

func (s *spawner) reapAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.reapOwn() || s.reapAdopted() {
	}
}

// reapOwn collects the children started here that have ended. While the leader
// is a zombie its id cannot be used again, so that is the moment to end what is
// left of its group.
func (s *spawner) reapOwn() (reaped bool) {
	for pid, c := range s.children {
		if !endedChild(unix.P_PID, pid) {
			continue
		}
		_ = syscall.Kill(-pid, syscall.SIGKILL)
		if _, err := syscall.Wait4(pid, &c.status, 0, nil); err != nil {
			continue
		}
		delete(s.children, pid)
		close(c.done)
		reaped = true
	}
	return reaped
}

// reapAdopted collects zombies that came to us as orphans.
func (s *spawner) reapAdopted() (reaped bool) {
	if !endedChild(unix.P_ALL, 0) {
		return false
	}
	children, err := procfs.Children(os.Getpid())
	if err != nil {
		return false
	}
	for _, stat := range children {
		if s.children[stat.PID] != nil || !stat.Gone() {
			continue
		}
		got, err := syscall.Wait4(stat.PID, nil, syscall.WNOHANG, nil)
		reaped = reaped || (err == nil && got == stat.PID)
	}
	return reaped
}

// endedChild reports whether there is a zombie among our children, and leaves it
// one.
func endedChild(kind, id int) bool {
	var info unix.Siginfo
	err := unix.Waitid(kind, id, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	return err == nil && info.Signo != 0
}

// describeExit says how a process ended.
func describeExit(status syscall.WaitStatus) string {
	if status.Signaled() {
		return fmt.Sprintf("ended by signal %d (%s)", int(status.Signal()), unix.SignalName(status.Signal()))
	}
	return fmt.Sprintf("exit code %d", status.ExitStatus())
}
