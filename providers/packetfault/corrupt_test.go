package packetfault

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func FuzzFlip(f *testing.F) {
	tcp := append([]byte{0x45, 9: 6, 19: 0}, make([]byte, 30)...)
	tcp[32] = 0x50
	f.Add(tcp)
	f.Add(append([]byte{0x60, 6: 17, 39: 0}, make([]byte, 12)...))
	f.Fuzz(func(t *testing.T, packet []byte) {
		before := slices.Clone(packet)
		flipped, changed := flip(packet, rand.New(rand.NewPCG(1, 1))), 0
		for i := range packet {
			changed += bits.OnesCount8(packet[i] ^ before[i])
		}
		if flipped {
			assert.Equal(t, 1, changed)
			assert.Equal(t, before[:ipv4Least], packet[:ipv4Least], "not in the IP header")
		} else {
			assert.Zero(t, changed)
		}
	})
}
