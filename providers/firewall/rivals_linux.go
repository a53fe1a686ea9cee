package firewall

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"
)

// Rivals are the other faults that redirect connections over TCP now, and could have one that is in a scope, by their
// IDs. The kernel leads each connection to one of them alone. It is asked, and not this process, as others may
// have installed theirs. Devices are not told apart, and Moving peers are everybody.
func Rivals(id string, scope Scope) ([]string, error) {
	conn, err := nftables.New()
	if err != nil {
		return nil, fmt.Errorf("look for rivals of %s%s: open netlink: %w", Prefix, id, err)
	}
	tables, err := owned(conn)
	if err != nil {
		return nil, fmt.Errorf("look for rivals of %s%s: %w", Prefix, id, err)
	}
	var found []string
	for _, table := range tables {
		other := strings.TrimPrefix(table.Name, Prefix)
		if other == id || slices.Contains(found, other) { // in the other family
			continue
		}
		is, err := meets(conn, table, scope)
		if errors.Is(err, unix.ENOENT) {
			continue // it went, or is not of our making
		}
		if err != nil {
			return nil, fmt.Errorf("look for rivals of %s%s: read %s: %w", Prefix, id, table.Name, err)
		}
		if is {
			found = append(found, other)
		}
	}
	slices.Sort(found)
	return found, nil
}

// meets reports whether a table could have a connection of the scope.
func meets(conn *nftables.Conn, table *nftables.Table, scope Scope) (bool, error) {
	gate, _, err := left(conn, table)
	if err != nil || gate == 0 {
		return false, err
	}
	if shares, err := leads(conn, table, scope); err != nil || !shares {
		return false, err
	}
	there, err := conn.GetSets(table)
	if err != nil || len(there) == 0 { // it went meanwhile
		return false, err
	}
	wanted, err := scope.sought(table.Family)
	if err != nil {
		return false, err
	}
	for name, elements := range wanted {
		shares, err := sharesSet(conn, there, name, elements)
		if err != nil || !shares {
			return false, err
		}
	}
	return true, nil
}

// leads reports whether a table redirects connections in a direction of the scope.
func leads(conn *nftables.Conn, table *nftables.Table, scope Scope) (bool, error) {
	chains, err := conn.ListChainsOfTableFamily(table.Family)
	return slices.ContainsFunc(chains, func(c *nftables.Chain) bool {
		return c.Table.Name == table.Name && redirects(c) && slices.Contains(scope.directions(), Direction(c.Name))
	}), err
}

// redirects reports whether a chain is one that Redirect or Transparent makes.
func redirects(c *nftables.Chain) bool {
	return c.Type == nftables.ChainTypeNAT || c.Hooknum != nil && *c.Hooknum == *nftables.ChainHookPrerouting
}
