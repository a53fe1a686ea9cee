package dnsfault

import (
	"net"
	"net/netip"
	"strconv"
	"time"
)

const (
	defaultTimeout  = 5 * time.Second // RES_TIMEOUT of resolv.h: longer nobody waits
	defaultInFlight = 512
	dnsPort         = "53"
)

// Spec is a forwarder with its rules.
type Spec struct {
	// Listen has the loopback addresses, all with the same Port, as a redirect
	// knows only a port: 127.0.0.1 for IPv4, ::1 for IPv6. Empty: 127.0.0.1.
	Listen []string `json:"listen,omitempty"`
	Port   uint16   `json:"port,omitempty"` // UDP and TCP; 0: any

	// Upstreams are the resolvers of the pod's resolv.conf, in order, as address
	// or address:port (53 when left out). They are asked where the resolver that
	// the client meant is unknown.
	Upstreams []string `json:"upstreams"`
	Mark      uint32   `json:"mark,omitempty"` // SO_MARK of all sockets to resolvers, needs CAP_NET_ADMIN; 0: none

	// Timeout in nanoseconds is how long a question over UDP waits for its reply,
	// from all resolvers together, and how long a dial may take. 0: 5 s.
	Timeout time.Duration `json:"timeout,omitempty"`
	// InFlight bounds the questions over UDP that wait, and the connections, each.
	// One more ends the oldest, which is the one most likely given up. 0: 512.
	InFlight int `json:"in_flight,omitempty"`

	Rules    []Rule    `json:"rules"`          // the first that acts on a question answers it
	Seed     int64     `json:"seed,omitempty"` // for Percent: same seed and same order of questions, same choices
	Deadline time.Time `json:"deadline"`       // from here on everything is forwarded

	// Origin finds the resolver that a client meant. Nil: KernelOrigin.
	Origin Origin `json:"-"`
}

func (s Spec) withDefaults() Spec {
	if len(s.Listen) == 0 {
		s.Listen = []string{"127.0.0.1"}
	}
	if s.Timeout == 0 {
		s.Timeout = defaultTimeout
	}
	if s.InFlight == 0 {
		s.InFlight = defaultInFlight
	}
	if s.Origin == nil {
		s.Origin = KernelOrigin
	}
	return s
}

// resolver reads an address with or without a port.
func resolver(text string) (netip.AddrPort, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		text = net.JoinHostPort(addr.String(), dnsPort)
	}
	return netip.ParseAddrPort(text)
}

func (s Spec) address(listen string, port uint16) string {
	return net.JoinHostPort(listen, strconv.Itoa(int(port)))
}
