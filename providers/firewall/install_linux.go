package firewall

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"
)

// Table is an installed fault.
type Table struct {
	spec Spec
}

// Install puts a fault in place, in the network namespace of the calling thread, in one
// transaction: all of it or nothing (but for what releases flows over UDP, which follows). The deadline becomes a timeout at that moment;
// when it has passed, ErrExpired is returned. ErrExists means that a fault of this ID is
// there already.
func Install(spec Spec) (*Table, error) {
	if err := spec.Validate(); err != nil {
		return nil, fmt.Errorf("install %s%s: %w", Prefix, spec.ID, err)
	}
	conn, err := nftables.New()
	if err != nil {
		return nil, fmt.Errorf("install %s%s: open netlink: %w", Prefix, spec.ID, err)
	}
	var builders []*builder
	for _, f := range families() {
		b := newBuilder(conn, spec.ID, f)
		if err := b.build(spec); err != nil {
			return nil, fmt.Errorf("install %s%s: %w", Prefix, spec.ID, err)
		}
		builders = append(builders, b)
	}
	err = conn.Flush()
	if spec.Verdict.Transparent && errors.Is(err, unix.ENOENT) {
		return nil, fmt.Errorf("install %s%s: the kernel has no nft_tproxy or no nft_fib: %w", Prefix, spec.ID, errors.ErrUnsupported)
	}
	if err := explain(err); err != nil {
		return nil, fmt.Errorf("install %s%s: %w", Prefix, spec.ID, err)
	}
	for _, b := range builders {
		if err := b.release(spec); err != nil {
			return nil, errors.Join(fmt.Errorf("install %s%s: %w", Prefix, spec.ID, err), Lift(spec.ID))
		}
	}
	return &Table{spec: spec}, nil
}

// builder collects what makes up the table of one family.
type builder struct {
	conn   *nftables.Conn
	table  *nftables.Table
	family family
	sets   map[string]*nftables.Set
}

func newBuilder(conn *nftables.Conn, id string, f family) *builder {
	table := &nftables.Table{Name: Prefix + id, Family: f.table}
	return &builder{conn: conn, table: conn.CreateTable(table), family: f, sets: map[string]*nftables.Set{}}
}

func (b *builder) build(spec Spec) error {
	if err := b.addSets(spec); err != nil {
		return err
	}
	for _, d := range spec.Scope.directions() {
		chain := b.conn.AddChain(b.chain(d, spec.Verdict))
		b.spareNeighbours(chain)
		b.spareLed(chain, d, spec)
		exprs := append(b.match(d, spec), b.exprs(d, spec)...)
		b.conn.AddRule(&nftables.Rule{Table: b.table, Chain: chain, Exprs: exprs})
		if spec.translates() && spec.Scope.Protocol == UDP {
			b.conn.AddChain(b.releaseChain(d))
		}
	}
	return nil
}

func (b *builder) addSets(spec Spec) error {
	s := spec.Scope
	allowed, err := ranges(s.Peers, s.ExcludedPeers, b.family.everybody)
	if err != nil {
		return err
	}
	left := time.Until(spec.Deadline)
	if left < time.Millisecond { // the kernel counts in milliseconds, and none would be for ever
		return ErrExpired
	}
	if spec.translates() {
		if err := b.addServing(left); err != nil {
			return err
		}
	}
	if s.Moving {
		if err := b.addMoving(); err != nil {
			return err
		}
	}
	return errors.Join(
		b.addGate(left), b.addPeers(allowed), b.addProtocols(b.family.protocols(s)),
		b.addPorts(sourcePortsSet, s.SourcePorts), b.addPorts(destinationPortsSet, s.DestinationPorts),
	)
}

// Update replaces the peers, in one transaction: there is no moment with neither the old
// nor the new ones. Nil is everybody, an empty list nobody, as in Scope.
func (t *Table) Update(peers []netip.Prefix) error {
	conn, err := nftables.New()
	if err != nil {
		return fmt.Errorf("update the peers of %s%s: open netlink: %w", Prefix, t.spec.ID, err)
	}
	for _, f := range families() {
		allowed, err := ranges(peers, t.spec.Scope.ExcludedPeers, f.everybody)
		if err != nil {
			return fmt.Errorf("update the peers of %s%s: %w", Prefix, t.spec.ID, err)
		}
		set := peersOf(&nftables.Table{Name: Prefix + t.spec.ID, Family: f.table}, f)
		conn.FlushSet(set)
		if err := addElements(conn, set, addressElements(allowed)); err != nil {
			return fmt.Errorf("update the peers of %s%s: %w", Prefix, t.spec.ID, err)
		}
	}
	if err := explain(conn.Flush()); err != nil {
		return fmt.Errorf("update the peers of %s%s: %w", Prefix, t.spec.ID, err)
	}
	return nil
}

// Disarm ends the effect as the deadline would, and leaves the table, with its counters, for what it has led: see
// Settle. Twice is fine, and after Lift it is an error.
func (t *Table) Disarm() error { return Disarm(t.spec.ID) }

// Disarm ends the effect of a fault's table, also from another process than the one that
// installed it.
func Disarm(id string) error {
	conn, err := nftables.New()
	if err != nil {
		return fmt.Errorf("disarm %s%s: open netlink: %w", Prefix, id, err)
	}
	for _, f := range families() {
		table := &nftables.Table{Name: Prefix + id, Family: f.table}
		if err := serveOn(conn, table); err != nil {
			return fmt.Errorf("disarm %s%s: %w", Prefix, id, err)
		}
		conn.FlushSet(&nftables.Set{Table: table, Name: gateSet, KeyType: nftables.TypeNFProto})
	}
	if err := explain(conn.Flush()); err != nil {
		return fmt.Errorf("disarm %s%s: %w", Prefix, id, err)
	}
	return nil
}

// Lift removes the fault's table. Twice is fine. See the function Lift for what it costs.
func (t *Table) Lift() error { return Lift(t.spec.ID) }

// explain adds to errors of the kernel what to do about them.
func explain(err error) error {
	switch {
	case errors.Is(err, unix.EEXIST):
		return fmt.Errorf("%w: %w", ErrExists, err)
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("expected CAP_NET_ADMIN in the network namespace: %w", err)
	default:
		return err
	}
}
