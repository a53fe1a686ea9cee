package firewall

import (
	"errors"
	"fmt"
)

// Verdict is what happens to packets in the scope. Make it with Queue, Drop, Redirect or Transparent.
type Verdict struct {
	Kind   string `json:"kind"`             // "queue", "drop" or "redirect"
	Queue  uint16 `json:"queue,omitempty"`  // the number of the NFQUEUE
	Leaves uint16 `json:"leaves,omitempty"` // that of the NFQUEUE for what goes out, where it is another
	Bypass bool   `json:"bypass,omitempty"` // packets pass when nobody listens on the queue
	Port   uint16 `json:"port,omitempty"`   // where connections are redirected to, on this machine

	// Transparent gives connections that come in to the socket on the port as they are: see Transparent.
	Transparent bool `json:"transparent,omitempty"`
}

const (
	kindQueue    = "queue"
	kindDrop     = "drop"
	kindRedirect = "redirect"
)

// Queue hands packets to whoever listens on an NFQUEUE. With bypass they pass
// when nobody does; without, they are dropped.
func Queue(number uint16, bypass bool) Verdict {
	return Verdict{Kind: kindQueue, Queue: number, Bypass: bypass}
}

// Leaving is the same, but what goes out is handed to another queue.
func (v Verdict) Leaving(number uint16) Verdict {
	v.Leaves = number
	return v
}

// Drop drops packets in the kernel.
func Drop() Verdict { return Verdict{Kind: kindDrop} }

// Redirect sends connections to a port of this machine: those that come in to the address of the
// device they came in on, those that go out to a loopback address. SO_ORIGINAL_DST
// says where they were meant to go. TCP and UDP only.
func Redirect(port uint16) Verdict { return Verdict{Kind: kindRedirect, Port: port} }

// Transparent is Redirect for connections over TCP, but those that come in are given as they are to a
// transparent socket (IP_TRANSPARENT of ip(7)) on the port, whose connections have the address that they were
// made to. Nothing tracks or translates their packets, so that they cost less, and they do not need the table any
// more once they are made. When nobody listens on the port, connections pass. Install says
// errors.ErrUnsupported where the kernel has no nft_tproxy or no nft_fib. Ports are those after anybody's translation of
// destinations, and packets that the machine forwards are never given away.
func Transparent(port uint16) Verdict {
	return Verdict{Kind: kindRedirect, Port: port, Transparent: true}
}

func (v Verdict) validate(s Scope) error {
	switch {
	case v.Kind == kindQueue, v.Kind == kindDrop:
		return nil
	case v.Kind != kindRedirect:
		return fmt.Errorf("verdict %q: expected queue, drop or redirect", v.Kind)
	case v.Port == 0:
		return errors.New("redirect to port 0: expected the port on which the agent listens")
	case s.Protocol != TCP && s.Protocol != UDP:
		return fmt.Errorf("redirect with protocol %q: expected tcp or udp", s.Protocol)
	case v.Transparent && s.Protocol != TCP:
		return fmt.Errorf("transparent redirect with protocol %q: expected tcp", s.Protocol)
	default:
		return nil
	}
}
