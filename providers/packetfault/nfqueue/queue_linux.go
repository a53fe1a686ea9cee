package nfqueue

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Config says how a queue works.
type Config struct {
	Number    uint16
	CopyRange uint32 // how many bytes of each packet are wanted, 1 to 65531
	MaxLen    uint32 // how many packets may wait for a verdict; further ones pass
	Closed    bool   // further ones are dropped instead
	// GSO lets packets come that are not cut into segments yet, and whose checksums are
	// not yet made. Without, the kernel does both first.
	GSO bool
}

// Queue is a queue of this process. When the process ends, packets that wait are lost, and
// what comes next goes by the bypass flag of the rule that sent it here.
type Queue struct {
	file   *os.File
	number uint16
	buffer []byte

	mu      sync.Mutex // guards scratch
	scratch []byte
}

// Commands, parameters and flags of the configuration.
const (
	cfgCommand  = 1
	cfgParams   = 2
	cfgMaxLen   = 3
	cfgMask     = 4
	cfgFlags    = 5
	commandBind = 1
	copyPacket  = 2
	flagOpen    = 1 // NFQA_CFG_F_FAIL_OPEN
	flagGSO     = 4
)

// Open binds a queue in the network namespace of the calling thread. The error is EPERM
// without CAP_NET_ADMIN, and also, or EBUSY, when another socket listens there already.
func Open(c Config) (*Queue, error) {
	file, err := socket()
	if err != nil {
		return nil, fmt.Errorf("open a netlink socket for queue %d: %w", c.Number, err)
	}
	const largest = 1 << 17 // a packet of 64 KiB and its attributes
	q := &Queue{file: file, number: c.Number, buffer: make([]byte, largest)}
	if err := q.configure(c); err != nil {
		return nil, errors.Join(fmt.Errorf("bind queue %d: %w", c.Number, err), file.Close())
	}
	return q, nil
}

func socket() (*os.File, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.NETLINK_NETFILTER)
	if err != nil {
		return nil, err
	}
	// Packets that find no room here pass, so room is worth having. Forced beyond the
	// system's limit it can only be outside user namespaces.
	const room = 8 << 20
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, room) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, room)
	}
	// Nothing is lost that has to be read anew: what does not fit fails open.
	_ = unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_NO_ENOBUFS, 1)
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), "nfqueue"), nil
}

func (q *Queue) configure(c Config) error {
	var flags uint32
	if !c.Closed {
		flags |= flagOpen
	}
	if c.GSO {
		flags |= flagGSO
	}
	u32 := func(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
	for _, attributes := range [][]netlink.Attribute{
		{{Type: cfgCommand, Data: []byte{commandBind, 0, 0, 0}}},
		{
			{Type: cfgParams, Data: append(u32(c.CopyRange), copyPacket)},
			{Type: cfgMaxLen, Data: u32(c.MaxLen)},
			{Type: cfgMask, Data: u32(flagOpen | flagGSO)},
			{Type: cfgFlags, Data: u32(flags)},
		},
	} {
		if err := q.ask(attributes); err != nil {
			return err
		}
	}
	return nil
}

// ask sends a part of the configuration and waits for the kernel's answer.
func (q *Queue) ask(attributes []netlink.Attribute) error {
	data, err := netlink.MarshalAttributes(attributes)
	if err != nil {
		return err
	}
	gen := []byte{unix.AF_UNSPEC, unix.NFNETLINK_V0, byte(q.number >> 8), byte(q.number)}
	message := netlink.Message{Data: append(gen, data...)}
	message.Header = netlink.Header{Type: msgConfig, Flags: netlink.Request | netlink.Acknowledge, Length: uint32(unix.NLMSG_HDRLEN + len(message.Data))}
	raw, err := message.MarshalBinary()
	if err != nil {
		return err
	}
	if _, err := q.file.Write(raw); err != nil {
		return err
	}
	return q.answer()
}

func (q *Queue) answer() error {
	n, err := q.file.Read(q.buffer)
	if err != nil {
		return err
	}
	return result(q.buffer[:n])
}

// Close gives the queue up. Packets that wait are lost: decide on them before. A Receive that
// waits returns os.ErrClosed. Of nil there is nothing to close.
func (q *Queue) Close() error {
	if q == nil {
		return nil
	}
	return q.file.Close()
}
