package firewall

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"
)

// movingSet has no element: that it is there says that the table's peers move.
const movingSet = "moving"

func (b *builder) addMoving() error {
	return b.addSet(&nftables.Set{Table: b.table, Name: movingSet, KeyType: nftables.TypeNFProto}, nil)
}

// sought are the elements of a scope over TCP in one family, by the sets that they would be in.
func (s Scope) sought(of nftables.TableFamily) (map[string][]nftables.SetElement, error) {
	at := slices.IndexFunc(families(), func(f family) bool { return f.table == of })
	everybody := families()[at].everybody
	peers := s.Peers
	if s.Moving {
		peers = nil
	}
	allowed, err := ranges(peers, s.ExcludedPeers, everybody)
	if err != nil {
		return nil, err
	}
	sought := map[string][]nftables.SetElement{peersSet: addressElements(allowed), protocolsSet: {{Key: []byte{unix.IPPROTO_TCP}}}}
	if len(s.SourcePorts) > 0 {
		sought[sourcePortsSet] = portElements(s.SourcePorts)
	}
	if len(s.DestinationPorts) > 0 {
		sought[destinationPortsSet] = portElements(s.DestinationPorts)
	}
	return sought, nil
}

// sharesSet reports whether a table has some of the elements in a set of a name, of those that are there. A table
// without the set asks nothing of it.
func sharesSet(conn *nftables.Conn, there []*nftables.Set, name string, elements []nftables.SetElement) (bool, error) {
	has := func(name string) int {
		return slices.IndexFunc(there, func(s *nftables.Set) bool { return s.Name == name })
	}
	at := has(name)
	if at < 0 || name == peersSet && has(movingSet) >= 0 {
		return len(elements) > 0, nil
	}
	theirs, err := elementsOf(conn, there[at])
	if err != nil {
		return false, err
	}
	if !there[at].Interval {
		return slices.ContainsFunc(theirs, func(e nftables.SetElement) bool {
			return slices.ContainsFunc(elements, func(own nftables.SetElement) bool { return bytes.Equal(own.Key, e.Key) })
		}), nil
	}
	return overlap(theirs, elements), nil
}

// overlap reports whether two sets of intervals have anything in common. A start is in its interval, an end is not; one
// that has no end goes on to the last key.
func overlap(a, b []nftables.SetElement) bool {
	type edge struct {
		nftables.SetElement

		of int
	}
	var edges []edge
	for of, elements := range [][]nftables.SetElement{a, b} {
		for _, e := range elements {
			edges = append(edges, edge{e, of})
		}
	}
	slices.SortStableFunc(edges, func(x, y edge) int { return cmp.Or(bytes.Compare(x.Key, y.Key), endsFirst(x.SetElement, y.SetElement)) })
	var open [2]bool
	for _, e := range edges {
		open[e.of] = !e.IntervalEnd
		if open[0] && open[1] {
			return true
		}
	}
	return false
}

// endsFirst orders what has one key: intervals that touch have nothing in common.
func endsFirst(a, b nftables.SetElement) int {
	switch {
	case a.IntervalEnd == b.IntervalEnd:
		return 0
	case a.IntervalEnd:
		return -1
	default:
		return 1
	}
}
