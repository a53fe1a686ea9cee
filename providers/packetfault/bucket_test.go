package packetfault

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// TestBucketNeverExceedsItsRate also with packets that are larger than the bucket, and when there is no room for some.
func TestBucketNeverExceedsItsRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times, lengths := draw(t, 200)
		b := Bandwidth{Rate: rapid.Uint64Range(1e4, 1e9).Draw(t, "rate"), Buffer: rapid.IntRange(1500, 100000).Draw(t, "buffer")}
		large := rapid.IntRange(1, 1<<16).Draw(t, "large")
		d := newBucket(&b)
		type gone struct {
			at     time.Duration
			length int
		}
		var all []gone
		for i, now := range times {
			if rapid.Bool().Draw(t, "is large") {
				lengths[i] = large
			}
			if at, ok := d.pass(now, lengths[i], rapid.Bool().Draw(t, "room")); ok {
				all = append(all, gone{at, lengths[i]})
			}
			assert.LessOrEqual(t, d.backlog, max(d.limit, large, 1500))
		}
		for i := range all { // every window, from any packet on
			sum, longest := 0, 0
			for _, g := range all[i:] {
				sum += g.length
				longest = max(longest, g.length)
				most := float64(b.Rate)/8*(g.at-all[i].at).Seconds() + float64(max(b.Buffer, longest))
				assert.LessOrEqual(t, float64(sum), most+1)
			}
		}
	})
}

// TestDroppedPacketsCostNoTokens: what passes leaves as if what was dropped had never come.
func TestDroppedPacketsCostNoTokens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times, lengths := draw(t, 100)
		b := &Bandwidth{Rate: rapid.Uint64Range(1e4, 1e8).Draw(t, "rate"), Limit: rapid.IntRange(1500, 20000).Draw(t, "limit")}
		all, alone := newBucket(b), newBucket(b)
		for i, now := range times {
			at, ok := all.pass(now, lengths[i], rapid.Bool().Draw(t, "room"))
			if !ok {
				continue
			}
			want, ok := alone.pass(now, lengths[i], true)
			assert.True(t, ok)
			assert.InDelta(t, want, at, float64(time.Microsecond))
		}
	})
}

// TestLargePacketsPassABucket: segments of a network with jumbo frames, and datagrams in fragments that were put together.
func TestLargePacketsPassABucket(t *testing.T) {
	for name, length := range map[string]int{"MTU 9001": 9001, "the largest datagram": 65535} {
		t.Run(name, func(t *testing.T) {
			const rate, count = 1e6, 20
			d, now := newBucket(&Bandwidth{Rate: rate}), time.Duration(0)
			for range count { // each is sent when the one before has gone
				at, ok := d.pass(now, length, true)
				assert.True(t, ok)
				now = at
			}
			least := time.Duration(float64(count*length-defaultBuffer) * 8 / rate * float64(time.Second))
			assert.InDelta(t, least, now, float64(time.Millisecond))
		})
	}
}
