package firewall

import (
	"encoding/binary"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/xt"
	"golang.org/x/sys/unix"
)

// Partitions stand before delays, so that what is dropped is not delayed first.
const (
	dropPriority  = -10
	queuePriority = 10
)

// assignPriority is after everybody has translated destinations, at -100: a port that the pod itself redirects, as meshes do,
// is none of ours then, and connections to it that exist are left alone.
const assignPriority = -90

// assigns reports whether connections in a direction are given to a transparent socket.
func (v Verdict) assigns(d Direction) bool { return v.Transparent && d == Ingress }

// chain is where a verdict takes effect in one direction. Its name is the direction's.
func (b *builder) chain(d Direction, v Verdict) *nftables.Chain {
	chain := &nftables.Chain{Name: string(d), Table: b.table, Type: nftables.ChainTypeFilter}
	chain.Hooknum = nftables.ChainHookOutput
	if d == Ingress {
		chain.Hooknum = nftables.ChainHookInput
	}
	switch {
	case v.Kind == kindDrop:
		chain.Priority = nftables.ChainPriorityRef(dropPriority)
	case v.Kind == kindQueue:
		chain.Priority = nftables.ChainPriorityRef(queuePriority)
	case v.assigns(d):
		chain.Hooknum, chain.Priority = nftables.ChainHookPrerouting, nftables.ChainPriorityRef(assignPriority)
	default:
		chain.Type, chain.Priority = nftables.ChainTypeNAT, nftables.ChainPriorityNATDest
		if d == Ingress {
			chain.Hooknum = nftables.ChainHookPrerouting
		}
	}
	return chain
}

// nowhere is a queue on which nobody listens. Senders are told of a packet that is dropped on its way
// out (EPERM), as no network that is cut would. Of one that waits in vain for a
// queue they hear nothing.
const nowhere = 0xfffe

// exprs are what a rule counts and does of the packets that it matched.
func (b *builder) exprs(d Direction, s Spec) []expr.Any {
	switch v, counter := s.Verdict, expr.Any(&expr.Counter{}); {
	case v.Kind == kindDrop && d == Ingress:
		return []expr.Any{counter, &expr.Verdict{Kind: expr.VerdictDrop}}
	case v.Kind == kindDrop:
		return b.exprs(d, Spec{Verdict: Queue(nowhere, false)})
	case v.Kind == kindQueue:
		return []expr.Any{counter, &expr.Target{Name: "NFQUEUE", Rev: 3, Info: v.queueInfo(d)}}
	case v.assigns(d): // every packet comes by, of which the one that opens a connection is counted
		assign := []expr.Any{port(v.Port), &expr.TProxy{Family: byte(b.family.table), RegPort: register}}
		return slices.Concat(toThisMachine(), assign, opening(), []expr.Any{counter})
	default:
		return s.redirect(counter)
	}
}

// redirect translates destinations. The kernel tracks connections from when it first translates in a network namespace, and takes
// the next packet of one that it does not know yet for its first (nf_conntrack_tcp_loose): the agent would answer it with a reset.
func (s Spec) redirect(counter expr.Any) []expr.Any {
	const specified = unix.NF_NAT_RANGE_PROTO_SPECIFIED
	exprs := []expr.Any{counter, port(s.Verdict.Port), &expr.Redir{RegisterProtoMin: register, Flags: specified}}
	if s.Scope.Protocol == TCP {
		return append(opening(), exprs...)
	}
	return exprs
}

// toThisMachine matches packets that are not to be forwarded: a socket must not get those of others.
func toThisMachine() []expr.Any {
	return []expr.Any{
		&expr.Fib{Register: register, FlagDADDR: true, ResultADDRTYPE: true},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: binaryutil.NativeEndian.PutUint32(unix.RTN_LOCAL)},
	}
}

// port puts a port into the register.
func port(number uint16) expr.Any {
	return &expr.Immediate{Register: register, Data: binary.BigEndian.AppendUint16(nil, number)}
}

// queueInfo is struct xt_NFQ_info_v3 of linux/netfilter/xt_NFQUEUE.h: the number, how
// many queues, flags, in the byte order of the machine.
func (v Verdict) queueInfo(d Direction) *xt.Unknown {
	const bypass = 1 // NFQ_FLAG_BYPASS
	var flags uint16
	if v.Bypass {
		flags = bypass
	}
	number := v.Queue
	if d == Egress && v.Leaves != 0 {
		number = v.Leaves
	}
	const size = 8 // XT_ALIGN
	info := make(xt.Unknown, 0, size)
	for _, field := range []uint16{number, 1, flags, 0} {
		info = append(info, binaryutil.NativeEndian.PutUint16(field)...)
	}
	return &info
}
