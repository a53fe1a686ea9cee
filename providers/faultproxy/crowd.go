package faultproxy

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

const (
	// mostWaiting is how many connections may wait to be accepted, at most, where Config.Crowded is to
	// be told: each takes two file descriptors when its turn comes, also after that.
	mostWaiting = 4096
	// besides is how many descriptors are left, at most, for what else the process opens.
	besides = 512
)

// What there may be too little of, for Proxy.Crowded.
var (
	errNoDescriptors = errors.New("its process has hardly any file descriptor left (RLIMIT_NOFILE)")
	errNoPorts       = errors.New("no local port is left for one more to the same upstream (net.ipv4.ip_local_port_range)")
)

// crowd watches whether there is enough for one more connection: how many file descriptors the
// process has left, and local ports for upstreams.
type crowd struct {
	tell    func()
	once    sync.Once
	full    int          // the first descriptor whose number means that few are left; 0: unknown
	without atomic.Int64 // connections that have no upstream yet, and will take a descriptor for it
	why     atomic.Pointer[error]
}

func newCrowd(tell func()) *crowd {
	limit := descriptorLimit()
	return &crowd{tell: tell, full: limit - 2*backlog(limit) - min(besides, limit/20)}
}

// backlog is how many connections may wait to be accepted by a process that may have so many
// descriptors.
func backlog(limit int) int { return min(mostWaiting, limit/10) }

// narrow lets no more connections wait than there will be descriptors for.
func (c *crowd) narrow(listener net.Listener) error {
	limit := descriptorLimit()
	if c.tell == nil || limit <= 0 {
		return nil
	}
	return setBacklog(listener, backlog(limit))
}

// joined is told of each connection. A new descriptor has the lowest number that is free, so
// its own says how many there are, of all that the process does.
func (c *crowd) joined(conn *net.TCPConn) {
	without := int(c.without.Add(1))
	if c.tell == nil || c.full <= 0 {
		return
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	var number int
	_ = raw.Control(func(fd uintptr) { number = int(fd) }) // that of one that is closed already says nothing
	if number+without > c.full {
		c.turnedAway(errNoDescriptors)
	}
}

// settled is told when a connection has its upstream, or will never have one.
func (c *crowd) settled() { c.without.Add(-1) }

// missed is told why an upstream could not be reached. That no port is left is the proxy's doing: all
// that it leads there comes from one address, where clients have their own. So is it that no
// descriptor is.
func (c *crowd) missed(err error) {
	switch {
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		c.turnedAway(errNoPorts)
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		c.turnedAway(errNoDescriptors)
	}
}

// turnedAway is told when a connection could not be accepted or led on, and for want of what.
func (c *crowd) turnedAway(why error) {
	if c.tell == nil {
		return
	}
	c.once.Do(func() {
		c.why.Store(&why)
		c.tell()
	})
}

// reason is why the crowd was told of; nil before.
func (c *crowd) reason() error {
	if why := c.why.Load(); why != nil {
		return *why
	}
	return nil
}
