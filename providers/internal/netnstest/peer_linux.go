package netnstest

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Peer is another network namespace, joined to that of the test.
type Peer struct {
	Device       string     // of the pair's end in the namespace of the test
	Here, There  netip.Addr // the IPv4 addresses of the two ends
	Here6, Away6 netip.Addr // the IPv6 addresses
	namespace    int        // a file descriptor
}

// NewPeer makes the n-th peer (0 to 255): 10.77.n.1 and fd77:n::1 here, 10.77.n.2 and
// fd77:n::2 there. It is gone at the end of the test.
func NewPeer(tb testing.TB, n int) *Peer {
	tb.Helper()
	p := &Peer{
		Device: fmt.Sprintf("peer%d", n),
		Here:   netip.MustParseAddr(fmt.Sprintf("10.77.%d.1", n)),
		There:  netip.MustParseAddr(fmt.Sprintf("10.77.%d.2", n)),
		Here6:  netip.MustParseAddr(fmt.Sprintf("fd77:%d::1", n)),
		Away6:  netip.MustParseAddr(fmt.Sprintf("fd77:%d::2", n)),
	}
	p.namespace = newNamespace(tb)
	veth := &netlink.Veth{
		LinkAttrs: netlink.LinkAttrs{Name: p.Device, TxQLen: 1000},
		PeerName:  "eth0", PeerNamespace: netlink.NsFd(p.namespace),
	}
	require.NoError(tb, netlink.LinkAdd(veth))
	tb.Cleanup(func() {
		_ = netlink.LinkDel(veth)
		_ = unix.Close(p.namespace)
	})
	require.NoError(tb, configure(p.Device, p.Here, p.Here6))
	p.Do(tb, func() error {
		if err := loopbackUp(); err != nil {
			return err
		}
		return configure("eth0", p.There, p.Away6)
	})
	require.NoError(tb, awaitUp(p.Device, p.Here6))
	p.Do(tb, func() error { return awaitUp("eth0", p.Away6) })
	return p
}

// Do runs a function on a thread in the peer's namespace. Sockets that it opens stay there.
func (p *Peer) Do(tb testing.TB, do func() error) {
	tb.Helper()
	require.NoError(tb, onThread(func() error {
		if err := unix.Setns(p.namespace, unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("enter the peer's namespace: %w", err)
		}
		return do()
	}))
}

// awaitUp waits until a device carries packets and its IPv6 address gets them: the kernel makes it ready up to a second after it
// was set up, and the address a moment later. What is sent before is lost.
func awaitUp(device string, addr netip.Addr) error {
	timeout := time.After(time.Minute)
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for {
		link, err := netlink.LinkByName(device)
		if err != nil {
			return err
		}
		if link.Attrs().OperState == netlink.OperUp && isLocal(addr) {
			return nil
		}
		select {
		case <-ticker.C:
		case <-timeout:
			return fmt.Errorf("expected %s to be up with %s within a minute, it is %s", device, addr, link.Attrs().OperState)
		}
	}
}

// isLocal reports whether packets to an address are for this namespace.
func isLocal(addr netip.Addr) bool {
	routes, err := netlink.RouteGet(addr.AsSlice())
	return err == nil && len(routes) > 0 && routes[0].Type == unix.RTN_LOCAL
}

func newNamespace(tb testing.TB) int {
	tb.Helper()
	fd := -1
	require.NoError(tb, onThread(func() (err error) {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("make a network namespace: %w", err)
		}
		fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	}))
	return fd
}

// onThread runs a function on a thread that ends with it, so that nobody else gets into its
// namespace by accident.
func onThread(do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		done <- do()
	}()
	return <-done
}

// configure gives a device its addresses, without the wait for duplicates of IPv6 (RFC 4862).
func configure(device string, addrs ...netip.Addr) error {
	link, err := netlink.LinkByName(device)
	if err != nil {
		return err
	}
	for _, addr := range addrs {
		bits := 24
		if addr.Is6() {
			bits = 64
		}
		parsed, err := netlink.ParseAddr(netip.PrefixFrom(addr, bits).String())
		if err != nil {
			return err
		}
		parsed.Flags = unix.IFA_F_NODAD
		if err := netlink.AddrAdd(link, parsed); err != nil {
			return fmt.Errorf("add %s to %s: %w", addr, device, err)
		}
	}
	return netlink.LinkSetUp(link)
}
