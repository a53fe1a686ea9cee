package faultproxy

import (
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// express carries sessions that no rule concerns and that only chat, many in one
// thread: a message costs it a wait, a read and a write, and no goroutine is
// woken. Rules for requests do not concern it as long as they select none. At the
// first rule that does, burst, jam or break a session gets off and goes on by its own
// legs; it does not board again.
type express struct {
	mu    sync.Mutex
	loops []*loop
	next  int
	shut  bool
	runs  sync.WaitGroup
}

// loop is one thread's share of the sessions.
type loop struct {
	epoll int
	stop  int // an eventfd, readable when the loop is to end

	mu    sync.Mutex
	rides map[int]*ride // by either file descriptor
}

// maxLoops bounds the threads. On one thread, a proxy in the way of many connections would be slower than their
// two ends, which have all cores.
const maxLoops = 4

// board picks a loop, starting it if need be; nil: there is none to be had.
func (e *express) board() *loop {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.shut {
		return nil
	}
	e.next++
	if len(e.loops) < min(maxLoops, runtime.GOMAXPROCS(0)) {
		l := newLoop()
		if l == nil {
			return nil
		}
		e.loops = append(e.loops, l)
		e.runs.Go(l.run)
	}
	return e.loops[e.next%len(e.loops)]
}

// close ends the loops, when no session is left on them.
func (e *express) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shut = true
	for _, l := range e.loops {
		_, _ = unix.Write(l.stop, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
	e.runs.Wait()
}

func newLoop() *loop {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil
	}
	stop, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		_ = unix.Close(epoll)
		return nil
	}
	l := &loop{epoll: epoll, stop: stop, rides: make(map[int]*ride)}
	if err := l.watch(stop); err != nil {
		l.release()
		return nil
	}
	return l
}

func (l *loop) watch(fd int) error {
	return unix.EpollCtl(l.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
}

func (l *loop) unwatch(fd int) {
	_ = unix.EpollCtl(l.epoll, unix.EPOLL_CTL_DEL, fd, nil)
}

func (l *loop) release() {
	_ = unix.Close(l.epoll)
	_ = unix.Close(l.stop)
}

// workspace is memory that all sessions of a loop share: nothing stays in it from one to
// the next.
type workspace struct {
	buf  []byte
	head head
}

// run serves whatever is readable.
func (l *loop) run() {
	defer l.release()
	events := make([]unix.EpollEvent, 64)
	desk := &workspace{buf: make([]byte, largeBuffer)}
	for {
		n, err := unix.EpollWait(l.epoll, events, -1)
		if err != nil && err != unix.EINTR {
			return
		}
		for _, event := range events[:max(n, 0)] {
			if int(event.Fd) == l.stop {
				return
			}
			if r := l.find(int(event.Fd)); r != nil {
				r.serve(int(event.Fd), desk)
			}
		}
	}
}

func (l *loop) find(fd int) *ride {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rides[fd]
}

// add begins to serve a ride.
func (l *loop) add(r *ride) error {
	l.mu.Lock()
	l.rides[r.client], l.rides[r.upstream] = r, r
	l.mu.Unlock()
	if err := l.watch(r.client); err != nil {
		return err
	}
	return l.watch(r.upstream)
}

func (l *loop) remove(r *ride) {
	l.unwatch(r.client)
	l.unwatch(r.upstream)
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.rides, r.client)
	delete(l.rides, r.upstream)
}
