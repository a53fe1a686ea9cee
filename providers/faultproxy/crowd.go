package faultproxy

import (
	"net"
	"sync"
)

// mostSpared is how many file descriptors are left, at most, when Config.Crowded is told: for
// connections that wait to be accepted, for the way of those that were to their upstreams, and for
// what else the process opens.
const mostSpared = 2048

// crowd watches how many file descriptors the process has left.
type crowd struct {
	tell func()
	once sync.Once
	full int // the first descriptor whose number means that few are left; 0: unknown
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
		c.turnedAway()
	}
}

// turnedAway is told when a connection could not be accepted, for want of descriptors.
func (c *crowd) turnedAway() {
	if c.tell != nil {
		c.once.Do(c.tell)
	}
}
