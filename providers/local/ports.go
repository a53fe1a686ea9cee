package local

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
)

// Ports are chosen from this one up to where the kernel begins to give out ports
// for outgoing connections: one of those could be taken by anybody's connection
// between our choice and the process's listening.
const firstPort = 12000

// reservation hands out ports that are free now, each once.
type reservation struct {
	low, high int // inclusive
	taken     map[int]bool
}

func newReservation() *reservation {
	low, high := localPortRange()
	r := &reservation{low: firstPort, high: low - 1, taken: map[int]bool{}}
	if r.high-r.low < 1000 { // the kernel's range was moved down: use what is above it
		r.low, r.high = high+1, 65535
	}
	if r.high-r.low < 1000 {
		r.low, r.high = firstPort, 65535
	}
	return r
}

// localPortRange is the kernel's range for outgoing connections.
func localPortRange() (low, high int) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err == nil {
		_, err = fmt.Sscan(string(text), &low, &high)
	}
	if err != nil {
		return 32768, 60999 // the kernel's default
	}
	return low, high
}

// next is a free port. The choice is random, so that runs beside this one choose
// others.
func (r *reservation) next() (int, error) {
	for range 200 {
		port := r.low + rand.IntN(r.high-r.low+1)
		if r.taken[port] || !free(port) {
			continue
		}
		r.taken[port] = true
		return port, nil
	}
	return 0, fmt.Errorf("no free port found on %s between %d and %d", host, r.low, r.high)
}

func free(port int) bool {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address(port))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

// reserve chooses a port for every port and link of the configuration.
func (c config) reserve() (places, error) {
	p := places{ports: map[string]map[string]int{}, links: map[string]int{}, logs: map[string]string{}}
	r := newReservation()
	for _, process := range c.processes {
		p.ports[process.name] = map[string]int{}
		for _, name := range process.ports {
			port, err := r.next()
			if err != nil {
				return places{}, err
			}
			p.ports[process.name][name] = port
		}
	}
	for _, link := range c.links {
		port, err := r.next()
		if err != nil {
			return places{}, err
		}
		p.links[link.name] = port
	}
	return p, nil
}
