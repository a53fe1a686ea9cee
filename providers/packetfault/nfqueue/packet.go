package nfqueue

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/mdlayher/netlink"
)

// Packet is one that waits for a verdict.
type Packet struct {
	ID      uint32
	Hook    uint8  // NF_INET_LOCAL_IN is 1, NF_INET_LOCAL_OUT is 3
	Payload []byte // from the IP header on, up to the range that was asked for; valid until the next Receive
	Length  int    // of the whole packet, in bytes
}

// LocalIn is the hook of packets that come in (linux/netfilter.h).
const LocalIn = 1

// Types of messages and attributes.
const (
	subsystem   = 3 << 8 // NFNL_SUBSYS_QUEUE
	msgPacket   = subsystem
	msgVerdict  = subsystem | 1
	msgConfig   = subsystem | 2
	attrHeader  = 1
	attrVerdict = 2
	attrPayload = 10
	attrCapLen  = 13
	genSize     = 4 // struct nfgenmsg
	attrSize    = 4 // struct nlattr, before what is in it
	headerSize  = 7 // struct nfqnl_msg_packet_hdr: ID, protocol, hook
)

// parse reads the data of a message of type NFQNL_MSG_PACKET.
func parse(data []byte) (Packet, error) {
	if len(data) < genSize {
		return Packet{}, fmt.Errorf("expected %d bytes before the attributes, found %d", genSize, len(data))
	}
	attributes, err := netlink.NewAttributeDecoder(data[genSize:])
	if err != nil {
		return Packet{}, fmt.Errorf("read the attributes of a packet: %w", err)
	}
	attributes.ByteOrder = binary.BigEndian
	var p Packet
	found := false
	for attributes.Next() {
		switch attributes.Type() {
		case attrHeader:
			attributes.Do(func(b []byte) error { found = p.header(b); return nil })
		case attrPayload:
			attributes.Do(func(b []byte) error { p.Payload = b; return nil })
		case attrCapLen:
			p.Length = int(attributes.Uint32())
		}
	}
	if err := attributes.Err(); err != nil {
		return Packet{}, fmt.Errorf("read the attributes of a packet: %w", err)
	}
	if !found {
		return Packet{}, errors.New("expected a packet header of 7 bytes in the message, found none")
	}
	p.Length = max(p.Length, len(p.Payload)) // it is only there when the payload was cut
	return p, nil
}

func (p *Packet) header(b []byte) bool {
	if len(b) < headerSize {
		return false
	}
	p.ID, p.Hook = binary.BigEndian.Uint32(b), b[6]
	return true
}
