package stress

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// played is a worker whose processor is given to it in shares, as others leave it.
type played struct {
	duty       duty
	wall, used time.Duration
}

func (p *played) period(given float64) {
	budget := p.duty.budget(p.wall, p.used)
	p.used += budget
	p.wall += max(cpuPeriod, time.Duration(float64(budget)/given))
}

// TestDutyIsExact has a processor that always gives at least what is asked for.
func TestDutyIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.Float64Range(0.001, 1).Draw(t, "share")
		p := played{duty: duty{share: share}}
		for range rapid.IntRange(1, 500).Draw(t, "periods") {
			p.period(rapid.Float64Range(share, 1).Draw(t, "given"))
		}
		assert.InEpsilon(t, share*float64(p.wall), float64(p.used), 0.001)
	})
}

// TestDutyNeverExceeds has one that gives less at times.
func TestDutyNeverExceeds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.Float64Range(0.001, 1).Draw(t, "share")
		p := played{duty: duty{share: share}}
		for range rapid.IntRange(1, 500).Draw(t, "periods") {
			p.period(rapid.Float64Range(0.01, 1).Draw(t, "given"))
			assert.LessOrEqual(t, float64(p.used), share*float64(p.wall+cpuPeriod)+1e3)
		}
	})
}

// TestDutyForgives starves a worker for long: it catches up with a second, and then
// uses its share again.
func TestDutyForgives(t *testing.T) {
	d := duty{share: 0.5}
	each := cpuPeriod / 2
	assert.Equal(t, maxOwed+each, d.budget(time.Minute, 0))
	assert.Equal(t, each, d.budget(62*time.Second, 2*time.Second))
}
