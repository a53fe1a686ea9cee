package firewall

import (
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// register is the one that all comparisons use (NFT_REG_1 of linux/netfilter/nf_tables.h).
const register = 1

// match is the condition of a fault's rule in one direction: everything that the
// scope asks for, after the gate.
func (b *builder) match(d Direction, s Spec) []expr.Any {
	exprs := b.gate()
	for _, mark := range s.Verdict.spared() {
		exprs = append(exprs, unlike(expr.MetaKeyMARK, binaryutil.NativeEndian.PutUint32(mark))...)
	}
	exprs = append(exprs, device(d, s.Scope)...)
	exprs = append(exprs, b.lookup(protocolsSet, &expr.Meta{Key: expr.MetaKeyL4PROTO, Register: register})...)
	exprs = append(exprs, b.lookup(peersSet, &expr.Payload{
		DestRegister: register, Base: expr.PayloadBaseNetworkHeader,
		Offset: b.family.addressOffset(d), Len: b.family.address.Bytes,
	})...)
	exprs = append(exprs, b.lookup(sourcePortsSet, portAt(0))...)
	return append(exprs, b.lookup(destinationPortsSet, portAt(2))...)
}

// gate asks whether the deadline is still to come.
func (b *builder) gate() []expr.Any {
	return b.lookup(gateSet, &expr.Meta{Key: expr.MetaKeyNFPROTO, Register: register})
}

// lookup reads something of a packet and asks whether a set has it. Of a set that
// the scope did not need nothing is asked.
func (b *builder) lookup(name string, read expr.Any) []expr.Any {
	set, ok := b.sets[name]
	if !ok {
		return nil
	}
	return []expr.Any{read, &expr.Lookup{SourceRegister: register, SetName: set.Name, SetID: set.ID}}
}

// portAt reads a port. TCP (RFC 9293) and UDP (RFC 768) have them at the same place.
func portAt(offset uint32) expr.Any {
	return &expr.Payload{DestRegister: register, Base: expr.PayloadBaseTransportHeader, Offset: offset, Len: 2}
}

// opening matches the first packet of a TCP connection, by its flags (RFC 9293 section 3.1).
func opening() []expr.Any {
	const flags, syn, ack = 13, 0x02, 0x10
	return []expr.Any{
		&expr.Payload{DestRegister: register, Base: expr.PayloadBaseTransportHeader, Offset: flags, Len: 1},
		&expr.Bitwise{SourceRegister: register, DestRegister: register, Len: 1, Mask: []byte{syn | ack}, Xor: []byte{0}},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: []byte{syn}},
	}
}

func device(d Direction, s Scope) []expr.Any {
	name, kind := expr.MetaKeyOIFNAME, expr.MetaKeyOIFTYPE
	if d == Ingress {
		name, kind = expr.MetaKeyIIFNAME, expr.MetaKeyIIFTYPE
	}
	switch {
	case s.Device != "":
		padded := make([]byte, deviceSize)
		copy(padded, s.Device)
		return compare(name, expr.CmpOpEq, padded)
	case !s.Loopback:
		return unlike(kind, binaryutil.NativeEndian.PutUint16(unix.ARPHRD_LOOPBACK))
	}
	return nil
}

func unlike(key expr.MetaKey, value []byte) []expr.Any { return compare(key, expr.CmpOpNeq, value) }

func compare(key expr.MetaKey, op expr.CmpOp, value []byte) []expr.Any {
	return []expr.Any{&expr.Meta{Key: key, Register: register}, &expr.Cmp{Op: op, Register: register, Data: value}}
}
