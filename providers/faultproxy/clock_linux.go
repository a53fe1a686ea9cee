package faultproxy

import (
	"container/heap"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// timerClock rings from one timerfd, which the runtime's poller waits for like
// for any socket, so that it is exact to the kernel's high-resolution timers.
type timerClock struct {
	fd   *os.File
	done chan struct{} // closed when ring has returned

	mu      sync.Mutex
	pending alarms
}

// alarm is one moment that somebody waits for.
type alarm struct {
	at    time.Time
	ring  chan time.Time
	index int // in the heap; -1: no longer there
}

// newClock falls back to the runtime's timers where there is no timerfd to be
// had.
func newClock() clock {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return timers{}
	}
	c := &timerClock{fd: os.NewFile(uintptr(fd), "timerfd"), done: make(chan struct{})}
	go c.run()
	return c
}

func (c *timerClock) alarm(at time.Time) (<-chan time.Time, func()) {
	a := &alarm{at: at, ring: make(chan time.Time, 1)}
	c.mu.Lock()
	defer c.mu.Unlock()
	heap.Push(&c.pending, a)
	if a.index == 0 {
		c.arm()
	}
	return a.ring, func() { c.cancel(a) }
}

func (c *timerClock) cancel(a *alarm) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.index >= 0 {
		heap.Remove(&c.pending, a.index)
	}
}

// arm sets the timer to the earliest alarm. The caller holds the lock.
func (c *timerClock) arm() {
	if len(c.pending) == 0 {
		return
	}
	wait := max(time.Until(c.pending[0].at), 1) // zero would disarm it
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(wait))}
	raw, err := c.fd.SyscallConn()
	if err != nil {
		return // closed, and so is everybody who waits
	}
	_ = raw.Control(func(fd uintptr) { _ = unix.TimerfdSettime(int(fd), 0, &spec, nil) })
}

// run rings what is due, each time the timer fires, until the clock is closed.
func (c *timerClock) run() {
	defer close(c.done)
	var expirations [8]byte
	for {
		if _, err := c.fd.Read(expirations[:]); err != nil {
			return
		}
		c.ringDue()
	}
}

func (c *timerClock) ringDue() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for len(c.pending) > 0 && !c.pending[0].at.After(now) {
		a := c.pending[0]
		heap.Pop(&c.pending)
		a.ring <- now
	}
	c.arm()
}

func (c *timerClock) close() {
	_ = c.fd.Close()
	<-c.done
}

// alarms is a heap, earliest first.
type alarms []*alarm

func (h alarms) Len() int           { return len(h) }
func (h alarms) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h alarms) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *alarms) Push(x any) {
	if a, ok := x.(*alarm); ok { // as heap.Interface would have it
		a.index = len(*h)
		*h = append(*h, a)
	}
}

func (h *alarms) Pop() any {
	last := len(*h) - 1
	a := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	a.index = -1
	return a
}
