package procfault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// tracer holds threads by ptrace. All of it belongs to one thread of the system.
type tracer struct {
	options uintptr
	held    map[int]bool // threads, and whether they are stopped
}

// eventStop is the event by which an interrupted thread reports that it is
// stopped: PTRACE_EVENT_STOP of include/uapi/linux/ptrace.h.
const eventStop = unix.PTRACE_EVENT_STOP

// newTracer makes the calling goroutine's thread a tracer for ever.
func newTracer(options uintptr) *tracer {
	runtime.LockOSThread()
	return &tracer{options: options, held: map[int]bool{}}
}

// seize attaches to all threads of a process. Threads that are born meanwhile are
// attached by the kernel if their maker is (PTRACE_O_TRACECLONE); passes go on
// until one finds nothing new.
func (t *tracer) seize(id procfs.Identity) error {
	for {
		found, err := threads(id.PID)
		if errors.Is(err, procfs.ErrGone) {
			return nil // which nobody can undo
		}
		if err != nil {
			return err
		}
		added := 0
		for _, tid := range found {
			fresh, err := t.attach(tid)
			if err != nil {
				return fmt.Errorf("attach to thread %d of process %d: %w%s", tid, id.PID, err, hint(err))
			}
			added += fresh
		}
		if added == 0 {
			break
		}
	}
	// Attached, it keeps its id: so this is the last moment at which it can be another.
	if stat, err := procfs.Read(id.PID); err == nil && stat.Start != id.Start {
		return fmt.Errorf("process %d was replaced: %w", id.PID, procfs.ErrGone)
	}
	return nil
}

func hint(err error) string {
	if errors.Is(err, unix.EPERM) {
		return ": it needs CAP_SYS_PTRACE, and a process that no debugger holds"
	}
	return ""
}

// attach seizes one thread and asks it to stop.
func (t *tracer) attach(tid int) (added int, err error) {
	if _, known := t.held[tid]; known {
		return 0, nil
	}
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_SEIZE, uintptr(tid), 0, t.options, 0, 0)
	switch {
	case errno == 0:
		t.held[tid] = false
		return 1, ignoreGone(unix.PtraceInterrupt(tid))
	case errno == unix.ESRCH || gone(tid):
		return 0, nil
	case tracedBy(tid) == unix.Gettid():
		t.held[tid] = false // by the kernel, as its maker is traced; it stops by itself
		return 1, nil
	default:
		return 0, errno
	}
}

// wait waits for one thread to stop or to end. It fails with ECHILD when no thread
// is left.
func (t *tracer) wait() error {
	var status syscall.WaitStatus
	tid, err := syscall.Wait4(-1, &status, syscall.WALL, nil)
	switch {
	case errors.Is(err, syscall.EINTR):
		return nil
	case err != nil:
		return err
	case !status.Stopped():
		delete(t.held, tid)
		return nil
	case status>>16 == 0:
		// A signal was about to be delivered before the thread stopped: that goes on,
		// and the thread stops in front of its handler.
		return ignoreGone(unix.PtraceCont(tid, int(status.StopSignal())))
	case status>>16 == eventStop:
		t.held[tid] = true
		return nil
	default: // it has made a thread or a process, which the kernel attaches
		return ignoreGone(unix.PtraceCont(tid, 0))
	}
}

// stopped reports whether every thread is.
func (t *tracer) stopped() bool {
	for _, stopped := range t.held {
		if !stopped {
			return false
		}
	}
	return true
}

func ignoreGone(err error) error {
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}

// threads are the ids of a process's threads. It is procfs.ErrGone without such a
// process.
func threads(pid int) ([]int, error) {
	entries, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
		return nil, procfs.ErrGone
	}
	if err != nil {
		return nil, err
	}
	var all []int
	for _, entry := range entries {
		if tid, err := strconv.Atoi(entry.Name()); err == nil {
			all = append(all, tid)
		}
	}
	return all, nil
}

func gone(tid int) bool {
	stat, err := procfs.Read(tid)
	return err != nil || stat.Gone()
}
