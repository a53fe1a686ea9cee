package firewall

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/nftables"
	"github.com/ti-mo/conntrack"
	"golang.org/x/sys/unix"
)

// longestDrain is how long after its effect a redirect may still be needed by what it has led: the agent serves that
// for so long at most.
const longestDrain = 5 * time.Minute

// servingSet says, to every process that sees the table, that addresses are still translated for somebody. Without
// a chain of type nat in it the kernel translates none any more in a network namespace, which would cut them.
const servingSet = "serving"

// translates reports whether a verdict rewrites addresses in one of the scope's directions.
func (s Spec) translates() bool {
	for _, d := range s.Scope.directions() {
		if s.Verdict.Kind == kindRedirect && !s.Verdict.assigns(d) {
			return true
		}
	}
	return false
}

// servingOf is the set with its element, which ends by itself as nobody may be left to remove it.
func servingOf(table *nftables.Table, d time.Duration) (*nftables.Set, []nftables.SetElement) {
	set := &nftables.Set{Table: table, Name: servingSet, KeyType: nftables.TypeNFProto, HasTimeout: true}
	return set, []nftables.SetElement{{Key: []byte{byte(table.Family)}, Timeout: d}}
}

func (b *builder) addServing(left time.Duration) error {
	return b.addSet(servingOf(b.table, left+longestDrain))
}

// serveOn has a table whose effect ends now stay for those that it serves, if it does.
func serveOn(conn *nftables.Conn, table *nftables.Table) error {
	if _, serving, err := left(conn, table); err != nil || serving == 0 {
		return nil //nolint:nilerr // of a table that is not there the end of the effect tells
	}
	set, elements := servingOf(table, longestDrain)
	conn.FlushSet(set)
	return conn.SetAddElements(set, elements)
}

// Settle says that nobody needs the table any more, after Disarm: what was begun through it has ended. Flows over
// UDP have no end: the kernel forgets those that it led, so that a client that asks from one port again and again goes
// where it wants to. Tidy and Sweep remove the table from then on, which they do not before unless five minutes have
// passed.
func (t *Table) Settle() error {
	if !t.spec.translates() {
		return nil
	}
	var errs []error
	if t.spec.Scope.Protocol == UDP {
		errs = append(errs, forgetLed(t.spec.Verdict.Port))
	}
	conn, err := nftables.New()
	if err != nil {
		return fmt.Errorf("settle %s%s: open netlink: %w", Prefix, t.spec.ID, err)
	}
	for _, f := range families() {
		set, _ := servingOf(&nftables.Table{Name: Prefix + t.spec.ID, Family: f.table}, 0)
		conn.FlushSet(set)
	}
	if err := conn.Flush(); err != nil && !errors.Is(err, unix.ENOENT) {
		errs = append(errs, explain(err))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("settle %s%s: %w", Prefix, t.spec.ID, err)
	}
	return nil
}

// forgetLed makes the kernel forget flows over UDP that it led to a port, and those that it decided anew since.
func forgetLed(port uint16) error {
	conn, err := conntrack.Dial(nil)
	if err != nil {
		return fmt.Errorf("forget flows led to port %d: open netlink: %w", port, err)
	}
	defer func() { _ = conn.Close() }()
	_, err = forget(conn, func(f *conntrack.Flow) bool {
		led := f.Status.DstNAT() && f.TupleReply.Proto.SourcePort == port
		return f.TupleOrig.Proto.Protocol == unix.IPPROTO_UDP && (led || f.TupleOrig.Zone == port)
	})
	if err != nil {
		return fmt.Errorf("forget flows led to port %d: %w", port, explain(err))
	}
	return nil
}
