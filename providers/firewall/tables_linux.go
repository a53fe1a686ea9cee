package firewall

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Lift removes the table of a fault, also from another process than the one that
// installed it. A table that is not there is fine.
//
// The kernel drops all packets that wait in any queue of the network namespace when a table goes
// (nf_queue_nf_hook_drop). Where that matters, Disarm the table and Sweep when nothing is held.
func Lift(id string) error {
	if err := validateID(id); err != nil {
		return fmt.Errorf("lift: %w", err)
	}
	if err := remove(func(table *nftables.Table) bool { return table.Name == Prefix+id }); err != nil {
		return fmt.Errorf("lift %s%s: %w", Prefix, id, err)
	}
	return nil
}

// Sweep removes the tables whose effect has ended and says whose they were. Those with an effect stay, and
// those that still translate addresses for somebody.
func Sweep() ([]string, error) {
	infos, err := List()
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	var swept []string
	for _, info := range infos {
		if info.Left > 0 || info.Serving > 0 {
			continue
		}
		if err := Lift(info.ID); err != nil {
			return swept, fmt.Errorf("sweep: %w", err)
		}
		swept = append(swept, info.ID)
	}
	return swept, nil
}

// List says which faults have tables in the network namespace, in the order of their IDs.
func List() ([]Info, error) {
	conn, err := nftables.New()
	if err != nil {
		return nil, fmt.Errorf("list faults: open netlink: %w", err)
	}
	tables, err := owned(conn)
	if err != nil {
		return nil, fmt.Errorf("list faults: %w", err)
	}
	found := map[string]Info{}
	for _, table := range tables {
		left, serving, err := left(conn, table)
		if errors.Is(err, unix.ENOENT) {
			continue // a table without a gate is not of our making
		}
		if err != nil {
			return nil, fmt.Errorf("list faults: read the gate of %s: %w", table.Name, err)
		}
		id := strings.TrimPrefix(table.Name, Prefix)
		found[id] = Info{ID: id, Left: max(left, found[id].Left), Serving: max(serving, found[id].Serving)}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Info) int { return strings.Compare(a.ID, b.ID) }), nil
}

// Counters reads what the rules of a fault have matched so far, both families together.
func (t *Table) Counters() (Counters, error) {
	conn, err := nftables.New()
	if err != nil {
		return Counters{}, fmt.Errorf("read the counters of %s%s: open netlink: %w", Prefix, t.spec.ID, err)
	}
	var sum Counters
	for _, f := range families() {
		for d, count := range map[Direction]*Count{Ingress: &sum.Ingress, Egress: &sum.Egress} {
			table := &nftables.Table{Name: Prefix + t.spec.ID, Family: f.table}
			rules, err := conn.GetRules(table, &nftables.Chain{Name: string(d)})
			if err != nil { // a chain that is not there, of a direction that was not asked for, is none
				return Counters{}, fmt.Errorf("read the counters of %s%s: %w", Prefix, t.spec.ID, err)
			}
			count.add(rules)
		}
	}
	return sum, nil
}

func (c *Count) add(rules []*nftables.Rule) {
	for _, rule := range rules {
		for _, e := range rule.Exprs {
			if counter, ok := e.(*expr.Counter); ok {
				c.Packets += counter.Packets
				c.Bytes += counter.Bytes
			}
		}
	}
}

// remove deletes those of our tables that are wanted gone. One that somebody else
// deletes meanwhile makes the transaction fail, and it is tried again with what is left.
func remove(wanted func(*nftables.Table) bool) error {
	conn, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open netlink: %w", err)
	}
	const attempts = 5
	for range attempts {
		var tables []*nftables.Table
		if tables, err = owned(conn); err != nil {
			return err
		}
		for _, table := range tables {
			if wanted(table) {
				conn.DelTable(table)
			}
		}
		if err = conn.Flush(); !errors.Is(err, unix.ENOENT) {
			return explain(err)
		}
	}
	return err
}

func owned(conn *nftables.Conn) ([]*nftables.Table, error) {
	var tables []*nftables.Table
	for _, f := range families() {
		listed, err := conn.ListTablesOfFamily(f.table)
		if err != nil {
			return nil, explain(err)
		}
		tables = append(tables, slices.DeleteFunc(listed, func(t *nftables.Table) bool {
			return !strings.HasPrefix(t.Name, Prefix)
		})...)
	}
	return tables, nil
}

// left reads how long the gate of a table stays open, and how long it serves somebody at most. The error is ENOENT where
// there is no gate. Most tables have no set for the latter.
func left(conn *nftables.Conn, table *nftables.Table) (gate, serving time.Duration, err error) {
	if gate, err = longest(conn, table, gateSet); err != nil {
		return 0, 0, err
	}
	if serving, err = longest(conn, table, servingSet); errors.Is(err, unix.ENOENT) {
		return gate, 0, nil
	}
	return gate, serving, err
}

// longest reads how long any element of a set stays. The kernel leaves elements out that have expired.
func longest(conn *nftables.Conn, table *nftables.Table, set string) (most time.Duration, err error) {
	elements, err := elementsOf(conn, &nftables.Set{Table: table, Name: set, KeyType: nftables.TypeNFProto})
	if err != nil {
		return 0, err
	}
	for _, element := range elements {
		most = max(most, element.Expires)
	}
	return most, nil
}

// elementsOf reads the elements of a set. The error is ENOENT where it is not there.
func elementsOf(conn *nftables.Conn, set *nftables.Set) ([]nftables.SetElement, error) {
	elements, err := conn.GetSetElements(set)
	if err != nil { // of which the library has made a text; what it was this one tells
		_, cause := conn.GetSetByName(set.Table, set.Name)
		return nil, errors.Join(err, cause)
	}
	return elements, nil
}
