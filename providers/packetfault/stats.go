package packetfault

import (
	"time"

	"github.com/gameday-dev/gameday/providers/firewall"
)

// Stats says what a fault has done so far. Packets are those on the wire, but super-packets
// (GSO) where only a delay is asked for, of what comes in or one that is brief.
type Stats struct {
	Seen       uint64        `json:"seen"`       // came to the queue; of a partition: dropped by the kernel
	Bytes      uint64        `json:"bytes"`      // of these, from the IP header on
	Delayed    uint64        `json:"delayed"`    // were held, and have gone
	Dropped    uint64        `json:"dropped"`    // by loss, bandwidth (also for want of room, see Spec.Limit), partition, or the kernel, for want of memory
	Corrupted  uint64        `json:"corrupted"`  // one bit
	Duplicated uint64        `json:"duplicated"` // were sent twice
	Reordered  uint64        `json:"reordered"`  // passed ahead of those that were held
	Passed     uint64        `json:"passed"`     // were not delayed, because as much was held as may be (Spec.Limit)
	Held       int           `json:"held"`       // wait now
	TimeHeld   time.Duration `json:"time_held"`  // of all delayed packets together, nanoseconds
	Mechanism  string        `json:"mechanism"`
	// Error is why the fault gave up before its deadline; traffic passes then.
	Error string `json:"error,omitempty"`

	// Matched is what the kernel's rules have matched, also what passed as the queue was full.
	Matched firewall.Counters `json:"matched"`
}

// Mechanism says how a fault will be made on this system: "nftables" or "nfqueue".
func (s Spec) Mechanism() string {
	if s.Partition {
		return "nftables"
	}
	return "nfqueue"
}
