package firewall

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/xt"
	"golang.org/x/sys/unix"
)

// Queues says to which queues the faults in force lead packets, in order, each once. Nobody needs to listen there: the rules of
// a process that was killed lead to its queue until the deadline, and whoever takes that number gets their packets.
func Queues() ([]uint16, error) {
	conn, err := nftables.New()
	if err != nil {
		return nil, fmt.Errorf("list queues: open netlink: %w", err)
	}
	tables, err := owned(conn)
	if err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	var queues []uint16
	for _, table := range tables {
		gate, _, err := left(conn, table)
		if errors.Is(err, unix.ENOENT) || err == nil && gate == 0 {
			continue // not of our making, gone, or without effect for good
		}
		if err != nil {
			return nil, fmt.Errorf("list queues: read the gate of %s: %w", table.Name, err)
		}
		led, err := queuesOf(conn, table)
		if err != nil {
			return nil, fmt.Errorf("list queues: read the rules of %s: %w", table.Name, err)
		}
		queues = append(queues, led...)
	}
	slices.Sort(queues)
	return slices.Compact(queues), nil
}

func queuesOf(conn *nftables.Conn, table *nftables.Table) ([]uint16, error) {
	var queues []uint16
	for _, d := range []Direction{Ingress, Egress} {
		rules, err := conn.GetRules(table, &nftables.Chain{Name: string(d)})
		if err != nil {
			return nil, err
		}
		for _, rule := range rules {
			for _, e := range rule.Exprs {
				if number, ok := queueOf(e); ok {
					queues = append(queues, number)
				}
			}
		}
	}
	return queues, nil
}

// queueOf reads what queueInfo has written.
func queueOf(e expr.Any) (number uint16, ok bool) {
	target, ok := e.(*expr.Target)
	if !ok || target.Name != "NFQUEUE" {
		return 0, false
	}
	info, ok := target.Info.(*xt.Unknown)
	if !ok || len(*info) < 2 {
		return 0, false
	}
	return binaryutil.NativeEndian.Uint16((*info)[:2]), true
}
