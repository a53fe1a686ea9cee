package packetfault

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/sockmark"
)

// copies sends packets a second time, with firewall.Mark, so that they pass the fault. What
// leaves goes its way again. What came in is sent to the address of this machine that it was for, over the
// loopback interface, and gets to the same socket: sockets bound to a device do not see it.
type copies struct{ v4, v6 int }

// newCopies needs CAP_NET_RAW and CAP_NET_ADMIN. Without IPv6 in the kernel it does without.
func newCopies() (*copies, error) {
	v4, err := rawSocket(unix.AF_INET)
	if err != nil {
		return nil, fmt.Errorf("open a raw socket for duplicates, which needs CAP_NET_RAW and CAP_NET_ADMIN: %w", err)
	}
	v6, err := rawSocket(unix.AF_INET6)
	if errors.Is(err, unix.EAFNOSUPPORT) {
		v6, err = -1, nil
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a raw socket for duplicates: %w", err), unix.Close(v4))
	}
	return &copies{v4: v4, v6: v6}, nil
}

// rawSocket opens one that takes packets with their IP headers: IPPROTO_RAW implies IP_HDRINCL, raw(7).
func rawSocket(family int) (int, error) {
	fd, err := unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.IPPROTO_RAW)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := sockmark.Set(fd, firewall.Mark); err != nil {
		return -1, errors.Join(err, unix.Close(fd))
	}
	return fd, nil
}

// send sends a packet, from the IP header on.
func (c *copies) send(packet []byte) error {
	switch {
	case len(packet) >= ipv4Least && packet[0]>>4 == 4:
		return unix.Sendto(c.v4, packet, 0, &unix.SockaddrInet4{Addr: [4]byte(packet[16:20])})
	case len(packet) >= ipv6Size && packet[0]>>4 == 6:
		return unix.Sendto(c.v6, packet, 0, &unix.SockaddrInet6{Addr: [16]byte(packet[24:40])})
	default:
		return errors.New("expected an IP packet")
	}
}

func (c *copies) close() error {
	if c == nil {
		return nil
	}
	err := unix.Close(c.v4)
	if c.v6 >= 0 {
		err = errors.Join(err, unix.Close(c.v6))
	}
	return err
}
