package packetfault

import (
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers/firewall"
)

func TestRoomFitsTheFault(t *testing.T) {
	share, delay := &Share{Percent: 1}, &Delay{Latency: time.Second}
	for name, c := range map[string]struct {
		spec Spec
		want room
	}{
		"a delay":                      {Spec{Delay: delay}, room{65536, 64 << 20, 16 << 20}},
		"a delay of what comes in":     {Spec{Delay: delay, Scope: firewall.Scope{Direction: firewall.Ingress}}, room{65536, 64 << 20, 0}},
		"a bandwidth":                  {Spec{Bandwidth: &Bandwidth{Rate: 1}}, room{64512, 64 << 20, 0}},
		"a bandwidth's senders wait":   {Spec{Bandwidth: &Bandwidth{Rate: 1}, Delay: delay}, room{64512, 64 << 20, 0}},
		"a limit":                      {Spec{Delay: delay, Limit: 5}, room{5, 64 << 20, 16 << 20}},
		"packets in this process":      {Spec{Delay: delay, Corrupt: share}, room{65536, 8 << 20, 16 << 20}},
		"packets in this process, too": {Spec{Delay: delay, Duplicate: share}, room{65536, 8 << 20, 16 << 20}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, c.spec.room())
			assert.LessOrEqual(t, c.spec.room().queueLength(), uint32(mostPackets))
			assert.GreaterOrEqual(t, int(c.spec.room().queueLength()), c.want.packets)
		})
	}
	const agent = 64 << 20
	perPacket := int(unsafe.Sizeof(packet{})) + 2*int(unsafe.Sizeof(&packet{})) + int(unsafe.Sizeof(departure{}))*2
	assert.Less(t, mostPackets*perPacket+max(2*mostCopied, mostFreed), agent/2, "the rest is for the runtime")
}

func TestHeldStaysWithinItsRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := held{room: room{
			packets: rapid.IntRange(1, 20).Draw(t, "packets"), bytes: rapid.IntRange(100, 10000).Draw(t, "bytes"),
			freed: rapid.IntRange(0, 10000).Draw(t, "freed"),
		}}
		count, bytes := 0, 0
		for i := range rapid.IntRange(1, 100).Draw(t, "steps") {
			length := rapid.IntRange(20, 3000).Draw(t, "length")
			if h.fits(length) {
				h.add(&packet{order: uint64(i), length: uint32(length), freed: h.frees(length), at: time.Duration(rapid.IntRange(0, 9).Draw(t, "at"))})
				count, bytes = count+1, bytes+length
			} else {
				assert.True(t, count == h.room.packets || bytes+length > h.room.bytes)
			}
			if p := h.next(time.Duration(rapid.IntRange(0, 9).Draw(t, "now"))); p != nil {
				count, bytes = count-1, bytes-int(p.length)
			}
			assert.Len(t, h.packets, count)
			assert.Equal(t, bytes, h.bytes)
			assert.True(t, h.bytes <= h.room.bytes || count == 1, "%d bytes of %d packets", h.bytes, count)
			assert.LessOrEqual(t, h.freed, h.room.freed)
		}
		for h.first() != nil {
			h.take()
		}
		assert.Zero(t, h.bytes)
		assert.Zero(t, h.freed)
	})
}
