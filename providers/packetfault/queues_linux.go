package packetfault

import (
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/packetfault/nfqueue"
)

// openQueues binds a queue for each direction, or one for both where they need the same of their packets. To
// the one for packets that are freed no rule leads; it has room for all that is held, so that nothing is dropped there.
func (e *engine) openQueues(s Spec) (firewall.Verdict, error) {
	number, err := e.openQueue(s, s.Scope.Direction == firewall.Egress)
	verdict := firewall.Queue(number, true)
	if err != nil || !s.freed() {
		return verdict, err
	}
	if e.freed, _, err = openQueue(nfqueue.Config{CopyRange: ipv4Least, MaxLen: s.room().queueLength(), Closed: true}); err != nil {
		return verdict, err
	}
	if s.Scope.Direction == firewall.Egress {
		return verdict, nil
	}
	number, err = e.openQueue(s, true)
	return verdict.Leaving(number), err
}

func (e *engine) openQueue(s Spec, leaves bool) (uint16, error) {
	whole := s.copied() || leaves && s.freed()
	c := nfqueue.Config{CopyRange: ipv4Least, GSO: !whole && s.superPackets(), MaxLen: s.room().queueLength()}
	if whole {
		c.CopyRange = mostCopy
	}
	queue, number, err := openQueue(c)
	if err == nil {
		e.queues = append(e.queues, queue)
	}
	return number, err
}

// mostCopy is all of a packet, to change, repeat or free it. Otherwise as little comes as can be asked for; its length
// comes in any case.
const mostCopy = 0xffff

// superPackets says whether packets may come before they are cut into segments. For a delay that is
// as good, and much cheaper. All else is a matter of single packets: their loss,
// their content, or how many of them pass at a time. What is freed has to be whole, with its checksum.
func (s Spec) superPackets() bool {
	return s.Loss == nil && s.Corrupt == nil && s.Duplicate == nil && s.Bandwidth == nil && s.Delay.ReorderPercent == 0
}
