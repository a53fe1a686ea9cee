package firewall

import (
	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// spared are the marks of packets that a fault leaves alone.
func (v Verdict) spared() []uint32 {
	if v.Kind == kindRedirect { // what was led to the agent would come back to it
		return []uint32{Mark, Onward}
	}
	return []uint32{Mark}
}

// spareNeighbours lets the messages of neighbour discovery go on, before the rule of the fault.
func (b *builder) spareNeighbours(chain *nftables.Chain) {
	const first, last = 133, 137 // router solicitation to redirect, RFC 4861 section 4
	if b.family.icmp != unix.IPPROTO_ICMPV6 {
		return
	}
	exprs := append(b.gate(), compare(expr.MetaKeyL4PROTO, expr.CmpOpEq, []byte{unix.IPPROTO_ICMPV6})...)
	exprs = append(
		exprs,
		&expr.Payload{DestRegister: register, Base: expr.PayloadBaseTransportHeader, Len: 1},
		&expr.Range{Op: expr.CmpOpEq, Register: register, FromData: []byte{first}, ToData: []byte{last}},
		&expr.Verdict{Kind: expr.VerdictReturn},
	)
	b.conn.AddRule(&nftables.Rule{Table: b.table, Chain: chain, Exprs: exprs})
}

// spareLed lets packets go on that a redirect has led to somebody in this namespace, before the rule of a fault on packets.
// They bear a loopback address then, but still the device by which they would have left. Where the agent has them, what it
// passes on is matched, with the peer and the port that were meant: a fault on everybody would hit both.
func (b *builder) spareLed(chain *nftables.Chain, d Direction, s Spec) {
	if d != Egress || s.Verdict.Kind == kindRedirect || s.Scope.Loopback {
		return
	}
	exprs := append(b.gate(), device(d, Scope{})...)
	exprs = append(
		exprs,
		&expr.Payload{
			DestRegister: register, Base: expr.PayloadBaseNetworkHeader,
			Offset: b.family.addressOffset(d), Len: uint32(len(b.family.loopback)),
		},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: b.family.loopback},
		&expr.Verdict{Kind: expr.VerdictReturn},
	)
	b.conn.AddRule(&nftables.Rule{Table: b.table, Chain: chain, Exprs: exprs})
}
