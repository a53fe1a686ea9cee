package firewall

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// Direction says which packets are meant, as seen from the network namespace.
type Direction string

// The directions.
const (
	Ingress Direction = "ingress" // packets that this namespace receives
	Egress  Direction = "egress"  // packets that it sends
	Both    Direction = "both"
)

// Protocol is a protocol above IP.
type Protocol string

// The protocols. Any with ports means TCP and UDP, for others have none.
const (
	TCP  Protocol = "tcp"
	UDP  Protocol = "udp"
	ICMP Protocol = "icmp" // with IPv6: ICMPv6, without neighbour discovery
	Any  Protocol = "any"
)

// Scope says which packets a fault is about. All that is given must be met.
type Scope struct {
	Direction Direction `json:"direction"` // empty: both

	// Peers are the other ends: the source of what comes in, the destination of what
	// goes out. Nil is everybody; an empty list is nobody, which is what a host name
	// that has no address stands for.
	Peers []netip.Prefix `json:"peers,omitzero"`
	// Moving says that Peers are not to be relied on: Update replaces them while the fault lasts, as those of names are.
	Moving bool `json:"-"`
	// ExcludedPeers are left alone, also where Peers contain them.
	ExcludedPeers []netip.Prefix `json:"excluded_peers,omitempty"`

	// Ports as the header of the packet has them, whichever its direction is: for a server
	// on port 80, packets that come in have it as destination, answers as source.
	SourcePorts      []PortRange `json:"source_ports,omitempty"`
	DestinationPorts []PortRange `json:"destination_ports,omitempty"`

	Protocol Protocol `json:"protocol,omitempty"` // empty: any
	// Device is the interface on which a packet comes in or leaves, which may be the
	// loopback interface; empty for all others.
	Device string `json:"device,omitempty"`
	// Loopback takes traffic over the loopback interface in as well, without a Device.
	Loopback bool `json:"loopback,omitempty"`
}

// Validate says what is wrong with a scope, all of it.
func (s Scope) Validate() error {
	var errs []error
	if !slices.Contains([]Direction{"", Ingress, Egress, Both}, s.Direction) {
		errs = append(errs, fmt.Errorf("direction %q: expected ingress, egress or both", s.Direction))
	}
	if !slices.Contains([]Protocol{"", TCP, UDP, ICMP, Any}, s.Protocol) {
		errs = append(errs, fmt.Errorf("protocol %q: expected tcp, udp, icmp or any", s.Protocol))
	}
	if s.Protocol == ICMP && s.hasPorts() {
		errs = append(errs, errors.New("ports with protocol icmp: ICMP has none; leave them out or choose tcp or udp"))
	}
	if len(s.Device) >= deviceSize {
		errs = append(errs, fmt.Errorf("device %q: the kernel's names have at most %d bytes", s.Device, deviceSize-1))
	}
	for _, r := range slices.Concat(s.SourcePorts, s.DestinationPorts) {
		errs = append(errs, r.validate())
	}
	for _, p := range slices.Concat(s.Peers, s.ExcludedPeers) {
		if !p.IsValid() {
			errs = append(errs, errors.New("a peer without address: expected a CIDR such as 10.0.0.0/8"))
		}
	}
	return errors.Join(errs...)
}

// deviceSize is IFNAMSIZ of linux/if.h.
const deviceSize = 16

func (s Scope) hasPorts() bool { return len(s.SourcePorts)+len(s.DestinationPorts) > 0 }

// directions lists the single directions that are meant.
func (s Scope) directions() []Direction {
	if s.Direction == Ingress || s.Direction == Egress {
		return []Direction{s.Direction}
	}
	return []Direction{Ingress, Egress}
}
