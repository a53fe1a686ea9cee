package firewall

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Diverters are the chains of others that lead what this network namespace sends somewhere else, as those of a mesh do, by what
// people call them. With one of them and an egress redirect, connections go round in circles: what the agent passes on is led to the
// mesh's proxy, and what that passes on to the agent, which are no marks of ours. Chains that redirect nothing, or loopback
// traffic alone, as those for names in containers of Docker, are none.
func Diverters() ([]string, error) {
	conn, err := nftables.New()
	if err != nil {
		return nil, fmt.Errorf("look for redirects of others: open netlink: %w", err)
	}
	found, err := legacyDiverters()
	if err != nil {
		return nil, fmt.Errorf("look for redirects of others: %w", err)
	}
	for family, name := range map[nftables.TableFamily]string{nftables.TableFamilyIPv4: "ip", nftables.TableFamilyIPv6: "ip6", nftables.TableFamilyINet: "inet"} {
		chains, err := conn.ListChainsOfTableFamily(family)
		if err != nil {
			return nil, fmt.Errorf("look for redirects of others: %w", explain(err))
		}
		for _, chain := range slices.DeleteFunc(chains, isHarmless) {
			diverts, err := divert{conn, chain.Table, map[string]bool{}}.by(chain.Name)
			if err != nil {
				return nil, fmt.Errorf("look for redirects of others: read the chain %s of the table %s %s: %w", chain.Name, name, chain.Table.Name, err)
			}
			if diverts {
				found = append(found, fmt.Sprintf("chain %s of the table %s %s", chain.Name, name, chain.Table.Name))
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

// isHarmless reports whether a chain is ours, or not asked where a packet goes that is sent.
func isHarmless(c *nftables.Chain) bool {
	return strings.HasPrefix(c.Table.Name, Prefix) || c.Type != nftables.ChainTypeNAT || c.Hooknum == nil || *c.Hooknum != *nftables.ChainHookOutput
}

// divert looks for rules that translate destinations, in a chain and those that it leads to.
type divert struct {
	conn  *nftables.Conn
	table *nftables.Table
	seen  map[string]bool
}

func (d divert) by(chain string) (bool, error) {
	if d.seen[chain] {
		return false, nil
	}
	d.seen[chain] = true
	rules, err := d.conn.GetRules(d.table, &nftables.Chain{Name: chain})
	if err != nil {
		return false, err
	}
	var failed error
	is := slices.ContainsFunc(rules, func(r *nftables.Rule) bool {
		return !staysHere(r.Exprs) && slices.ContainsFunc(r.Exprs, func(e expr.Any) bool {
			is, err := d.does(e)
			failed = errors.Join(failed, err)
			return is
		})
	})
	return is, failed
}

// does reports whether an expression translates destinations. What a map of verdicts leads to is not followed: it may.
func (d divert) does(e expr.Any) (bool, error) {
	switch e := e.(type) {
	case *expr.Redir:
		return true, nil
	case *expr.NAT:
		return e.Type == expr.NATTypeDestNAT, nil
	case *expr.Target: // of iptables
		return e.Name == "REDIRECT" || e.Name == "DNAT", nil
	case *expr.Lookup:
		return e.IsDestRegSet && e.DestRegister == unix.NFT_REG_VERDICT, nil
	case *expr.Verdict:
		if e.Kind == expr.VerdictJump || e.Kind == expr.VerdictGoto {
			return d.by(e.Chain)
		}
	}
	return false, nil
}

// staysHere reports whether a rule is about packets to loopback addresses alone.
func staysHere(exprs []expr.Any) bool {
	var loopback []byte // of the family whose destination was read last
	for _, e := range exprs {
		switch e := e.(type) {
		case *expr.Payload:
			loopback = nil
			for _, f := range families() {
				if e.Base == expr.PayloadBaseNetworkHeader && e.Offset == f.addressOffset(Egress) {
					loopback = f.loopback
				}
			}
		case *expr.Cmp:
			if loopback != nil && e.Op == expr.CmpOpEq && bytes.HasPrefix(e.Data, loopback) {
				return true
			}
		case *expr.Meta, *expr.Ct:
			loopback = nil
		}
	}
	return false
}
