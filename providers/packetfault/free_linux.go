package packetfault

import (
	"slices"

	"github.com/gameday-dev/gameday/providers/packetfault/nfqueue"
)

// free takes a packet that is to wait on its way out off its sender's account, as netem does (nfqueue.Queue.Move): otherwise
// a delay would be a bandwidth, too. What there is no room for waits as it is. Not there: it is lost, for want of memory.
func (e *engine) free(p *packet, came nfqueue.Packet, from *nfqueue.Queue) (there bool, err error) {
	if e.freed == nil || came.Hook == nfqueue.LocalIn || len(came.Payload) < came.Length || !e.held.frees(came.Length) {
		return true, nil
	}
	payload := p.payload
	if payload == nil {
		payload = slices.Clone(came.Payload)
	}
	moved, ok, err := from.Move(p.id, e.freed, payload)
	if err != nil || !ok {
		e.stats.Dropped++
		return false, err
	}
	p.id, p.queue, p.payload, p.freed = moved, e.freed, payload, true
	return true, nil
}
