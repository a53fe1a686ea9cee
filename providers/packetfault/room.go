package packetfault

import (
	"time"

	"github.com/gameday-dev/gameday/providers/firewall"
)

// room is how much may be held, and how much of that freed: as bytes, with what each takes beside its own.
type room struct{ packets, bytes, freed int }

// What may be held unless Spec.Limit says less: 500 ms of 130,000 packets a second, or of 1 Gbit/s. For each packet this
// process needs 100 bytes. The kernel has the packets themselves, in memory of the machine that is nobody's share.
const (
	mostPackets = 1 << 16 // also the most that some kernels keep in a queue, whatever they are asked for
	mostBytes   = 64 << 20
)

// slack is room in the kernel's queue for packets that are not decided on yet.
const slack = 1024

// mostCopied is what may be held of packets that are changed or repeated: up to two copies of each are in this process, and the
// agent in a pod is to do with 64 MiB.
const mostCopied = 8 << 20

// mostFreed is what may be held of packets that are freed: a copy of each is in this process, and about three times that in the
// kernel. Further ones are held on their senders' account.
const mostFreed = 2 * mostCopied

func (s Spec) room() room {
	r := room{packets: mostPackets, bytes: mostBytes}
	if s.Limit > 0 {
		r.packets = s.Limit
	}
	if s.Bandwidth != nil { // what the kernel's queue has no room for passes, and this is to be dropped
		r.packets = min(r.packets, mostPackets-slack)
	}
	if s.copied() {
		r.bytes = mostCopied
	}
	if s.freed() {
		r.freed = mostFreed
	}
	return r
}

// queueLength is how many packets the kernel is to keep, those included that are not decided on yet.
func (r room) queueLength() uint32 { return uint32(min(r.packets+slack, mostPackets)) }

// copied says whether all of each packet has to come to this process, to be changed or repeated.
func (s Spec) copied() bool { return s.Corrupt != nil || s.Duplicate != nil }

// brief is the wait of which senders notice nothing: what TCP leaves to the own machine lasts for a millisecond or two.
const brief = 2 * time.Millisecond

// freed says whether packets that leave are to wait on nobody's account: senders hear nothing of a link that is
// long. Of one that is slow they do, as of a real one.
func (s Spec) freed() bool {
	return s.Delay != nil && s.Delay.Latency > brief && s.Bandwidth == nil && s.Scope.Direction != firewall.Ingress
}
