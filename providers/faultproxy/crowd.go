package faultproxy

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

// mostSpared is how many file descriptors are left, at most, when Config.Crowded is told: for
// connections that wait to be accepted, for the way of those that were to their upstreams, and for
// what else the process opens.
const mostSpared = 2048

// What there may be too little of, for Proxy.Crowded.
var (
	errNoDescriptors = errors.New("its process has hardly any file descriptor left (RLIMIT_NOFILE)")
	errNoPorts       = errors.New("no local port is left for one more to the same upstream (net.ipv4.ip_local_port_range)")
)

// crowd watches whether there is enough for one more connection: how many file descriptors the
// process has left, and local ports for upstreams.
type crowd struct {
	tell func()
	once sync.Once
	full int // the first descriptor whose number means that few are left; 0: unknown
	why  atomic.Pointer[error]
}

func newCrowd(tell func()) *crowd {
	limit := descriptorLimit()
	return &crowd{tell: tell, full: limit - min(mostSpared, limit/4)}
}

// joined is told of each connection. A new descriptor has the lowest number that is free, so
// its own says how many there are, of all that the process does.
func (c *crowd) joined(conn *net.TCPConn) {
	if c.tell == nil || c.full <= 0 {
		return
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	var number int
	_ = raw.Control(func(fd uintptr) { number = int(fd) }) // that of one that is closed already says nothing
	if number >= c.full {
		c.turnedAway(errNoDescriptors)
	}
}

// missed is told why an upstream could not be reached. That no port is left is the proxy's doing: all
// that it leads there comes from one address, where clients have their own.
func (c *crowd) missed(err error) {
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		c.turnedAway(errNoPorts)
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
