package nfqueue

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Verdicts of linux/netfilter.h.
const (
	verdictDrop   = 0 // NF_DROP
	verdictAccept = 1 // NF_ACCEPT
	verdictQueue  = 3 // NF_QUEUE, with the number of the queue in the upper half
)

// Receive waits for the next packet. For one goroutine at a time.
func (q *Queue) Receive() (Packet, error) {
	for {
		n, err := q.file.Read(q.buffer)
		switch {
		case errors.Is(err, unix.ENOBUFS): // packets passed that found no room
			continue
		case err != nil:
			return Packet{}, fmt.Errorf("receive from queue %d: %w", q.number, err)
		}
		kind, data, err := split(q.buffer[:n])
		if err != nil {
			return Packet{}, fmt.Errorf("receive from queue %d: %w", q.number, err)
		}
		if kind != msgPacket {
			continue // an error about a verdict that came too late
		}
		p, err := parse(data)
		if err != nil {
			return Packet{}, fmt.Errorf("receive from queue %d: %w", q.number, err)
		}
		return p, nil
	}
}

// Accept lets a packet pass, with another content unless that is nil.
func (q *Queue) Accept(id uint32, payload []byte) error {
	return q.verdict(id, verdictAccept, payload, 0)
}

// Drop drops a packet.
func (q *Queue) Drop(id uint32) error { return q.verdict(id, verdictDrop, nil, 0) }

// verdict writes a message of type NFQNL_MSG_VERDICT: the header of netlink, nfgenmsg, and the attributes
// for the verdict and the content, each padded to four bytes. The content may be longer by some zeros.
func (q *Queue) verdict(id, verdict uint32, payload []byte, zeros int) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	native, big := binary.NativeEndian, binary.BigEndian
	const verdictSize = 4 + 8
	b := q.scratch[:0]
	b = append(b, make([]byte, unix.NLMSG_HDRLEN)...)
	b = append(b, unix.AF_UNSPEC, unix.NFNETLINK_V0, byte(q.number>>8), byte(q.number))
	b = native.AppendUint16(b, verdictSize)
	b = native.AppendUint16(b, attrVerdict)
	b = big.AppendUint32(b, verdict)
	b = big.AppendUint32(b, id)
	if payload != nil {
		length := len(payload) + zeros
		b = native.AppendUint16(b, uint16(attrSize+length))
		b = native.AppendUint16(b, attrPayload)
		b = append(b, payload...)
		b = append(b, make([]byte, zeros+-length&3)...)
	}
	native.PutUint32(b, uint32(len(b)))
	native.PutUint16(b[4:], msgVerdict)
	native.PutUint16(b[6:], uint16(netlink.Request))
	q.scratch = b
	if _, err := q.file.Write(b); err != nil {
		return fmt.Errorf("decide on a packet of queue %d: %w", q.number, err)
	}
	return nil
}
