package packetfault

import (
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestRoomFitsTheFault(t *testing.T) {
	share := &Share{Percent: 1}
	for name, c := range map[string]struct {
		spec Spec
		want room
	}{
		"a delay":                      {Spec{Delay: &Delay{}}, room{65536, 64 << 20}},
		"a bandwidth":                  {Spec{Bandwidth: &Bandwidth{Rate: 1}}, room{64512, 64 << 20}},
		"a limit":                      {Spec{Delay: &Delay{}, Limit: 5}, room{5, 64 << 20}},
		"packets in this process":      {Spec{Delay: &Delay{}, Corrupt: share}, room{65536, 8 << 20}},
		"packets in this process, too": {Spec{Delay: &Delay{}, Duplicate: share}, room{65536, 8 << 20}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, c.spec.room())
			assert.LessOrEqual(t, c.spec.room().queueLength(), uint32(mostPackets))
			assert.GreaterOrEqual(t, int(c.spec.room().queueLength()), c.want.packets)
		})
	}
	const agent = 64 << 20
	perPacket := int(unsafe.Sizeof(packet{})) + 2*int(unsafe.Sizeof(&packet{})) + int(unsafe.Sizeof(departure{}))*2
	assert.Less(t, mostPackets*perPacket+2*mostCopied, agent/2, "the rest is for the runtime")
}

func TestHeldStaysWithinItsRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := held{room: room{packets: rapid.IntRange(1, 20).Draw(t, "packets"), bytes: rapid.IntRange(100, 10000).Draw(t, "bytes")}}
		count, bytes := 0, 0
		for i := range rapid.IntRange(1, 100).Draw(t, "steps") {
			length := rapid.IntRange(20, 3000).Draw(t, "length")
			if h.fits(length) {
				h.add(&packet{order: uint64(i), length: uint32(length), at: time.Duration(rapid.IntRange(0, 9).Draw(t, "at"))})
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
		}
		for h.first() != nil {
			h.take()
		}
		assert.Zero(t, h.bytes)
	})
}
