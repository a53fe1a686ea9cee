package firewall

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/google/nftables"
	"go4.org/netipx"
)

// The names of the sets in a table.
const (
	gateSet             = "gate"
	peersSet            = "peers"
	protocolsSet        = "protocols"
	sourcePortsSet      = "source_ports"
	destinationPortsSet = "destination_ports"
)

// addGate makes the set on which every rule depends. Its key is the address family
// of the packet, which is the same for all packets of a table, so one element is enough.
func (b *builder) addGate(left time.Duration) error {
	set := &nftables.Set{Table: b.table, Name: gateSet, KeyType: nftables.TypeNFProto, HasTimeout: true}
	element := nftables.SetElement{Key: []byte{byte(b.family.table)}, Timeout: left}
	return b.addSet(set, []nftables.SetElement{element})
}

func (b *builder) addProtocols(numbers []byte) error {
	if len(numbers) == 0 {
		return nil
	}
	var elements []nftables.SetElement
	for _, number := range numbers {
		elements = append(elements, nftables.SetElement{Key: []byte{number}})
	}
	return b.addSet(&nftables.Set{Table: b.table, Name: protocolsSet, KeyType: nftables.TypeInetProto}, elements)
}

func (b *builder) addPorts(name string, ports []PortRange) error {
	if len(ports) == 0 {
		return nil
	}
	set := &nftables.Set{Table: b.table, Name: name, KeyType: nftables.TypeInetService, Interval: true}
	return b.addSet(set, portElements(ports))
}

func (b *builder) addPeers(ranges []netipx.IPRange) error {
	set := peersOf(b.table, b.family)
	if err := b.addSet(set, nil); err != nil {
		return err
	}
	return addElements(b.conn, set, addressElements(ranges))
}

// addSet adds a set that has a number of its own in the transaction, which is of both families: the library would take the number
// from a counter that all faults of this process share, without a lock.
func (b *builder) addSet(set *nftables.Set, elements []nftables.SetElement) error {
	b.sets[set.Name] = set
	set.ID = uint32(b.table.Family)<<16 | uint32(len(b.sets))
	return b.conn.AddSet(set, elements)
}

func peersOf(table *nftables.Table, f family) *nftables.Set {
	return &nftables.Set{Table: table, Name: peersSet, KeyType: f.address, Interval: true}
}

// addElements adds in chunks: the kernel's attributes have a length of 16 bits.
func addElements(conn *nftables.Conn, set *nftables.Set, elements []nftables.SetElement) error {
	const chunk = 512
	for part := range slices.Chunk(elements, chunk) {
		if err := conn.SetAddElements(set, part); err != nil {
			return err
		}
	}
	return nil
}

// portElements are intervals as the kernel has them: a start that is in, an end that is not.
func portElements(ports []PortRange) []nftables.SetElement {
	var elements []nftables.SetElement
	for _, r := range mergePorts(ports) {
		elements = append(elements, nftables.SetElement{Key: binary.BigEndian.AppendUint16(nil, r.First)})
		if next := r.Last + 1; next != 0 { // after the last port there is no end
			elements = append(elements, nftables.SetElement{Key: binary.BigEndian.AppendUint16(nil, next), IntervalEnd: true})
		}
	}
	return elements
}

func addressElements(ranges []netipx.IPRange) []nftables.SetElement {
	var elements []nftables.SetElement
	for _, r := range ranges {
		elements = append(elements, nftables.SetElement{Key: r.From().AsSlice()})
		if next := r.To().Next(); next != (netip.Addr{}) {
			elements = append(elements, nftables.SetElement{Key: next.AsSlice(), IntervalEnd: true})
		}
	}
	return elements
}
