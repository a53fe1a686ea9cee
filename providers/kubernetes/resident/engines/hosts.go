package engines

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/sockmark"
)

// again is how often names are looked up: addresses of what scales or moves change.
const again = 5 * time.Second

// hosts are peers by name.
type hosts struct {
	fixed    []netip.Prefix
	names    []string
	resolver *net.Resolver
}

// newHosts looks names up by sockets that no fault of gameday's matches.
func newHosts(fixed []netip.Prefix, names []string) *hosts {
	dialer := &net.Dialer{Control: sockmark.Control(firewall.Mark)}
	return &hosts{fixed: fixed, names: names, resolver: &net.Resolver{PreferGo: true, Dial: dialer.DialContext}}
}

// peers are all of them as they resolve now. Without names they are what was given, nil
// for everybody.
func (h *hosts) peers(ctx context.Context) ([]netip.Prefix, error) {
	if len(h.names) == 0 {
		return h.fixed, nil
	}
	found := append([]netip.Prefix{}, h.fixed...)
	var failed error
	for _, name := range h.names {
		addrs, err := h.resolver.LookupNetIP(ctx, "ip", name)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("look up the peer %q in the pod: %w", name, err))
		}
		for _, addr := range addrs {
			addr = addr.Unmap()
			found = append(found, netip.PrefixFrom(addr, addr.BitLen()))
		}
	}
	slices.SortFunc(found, func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) })
	return found, failed
}

// follow hands every change of the addresses on, until the function that it returns
// is called. A name that does not resolve for a while keeps its addresses.
func (h *hosts) follow(now []netip.Prefix, update func([]netip.Prefix) error) (stop func()) {
	if len(h.names) == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(again)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if next, err := h.peers(ctx); err == nil && !slices.Equal(next, now) && update(next) == nil {
				now = next
			}
		}
	})
	return func() { cancel(); done.Wait() }
}
