package packetfault

// room is how much may be held.
type room struct{ packets, bytes int }

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
	return r
}

// queueLength is how many packets the kernel is to keep, those included that are not decided on yet.
func (r room) queueLength() uint32 { return uint32(min(r.packets+slack, mostPackets)) }

// copied says whether all of each packet has to come to this process, to be changed or repeated.
func (s Spec) copied() bool { return s.Corrupt != nil || s.Duplicate != nil }
