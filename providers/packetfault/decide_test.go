package packetfault

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// draw is a rapid generator of arrivals: times that never go back, and lengths.
func draw(t *rapid.T, most int) (times []time.Duration, lengths []int) {
	gaps := rapid.SliceOfN(rapid.IntRange(0, int(5*time.Millisecond)), 1, most).Draw(t, "gaps")
	now := time.Duration(0)
	for range gaps {
		now += time.Duration(gaps[len(times)])
		times = append(times, now)
		lengths = append(lengths, rapid.IntRange(40, 1500).Draw(t, "length"))
	}
	return times, lengths
}

func TestOrderIsKeptWithoutJitter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times, lengths := draw(t, 100)
		s := Spec{
			Seed:      rapid.Uint64().Draw(t, "seed"),
			Delay:     &Delay{Latency: time.Duration(rapid.IntRange(0, int(time.Second)).Draw(t, "latency"))},
			Loss:      &Share{Percent: rapid.Float64Range(0, 100).Draw(t, "loss")},
			Bandwidth: &Bandwidth{Rate: rapid.Uint64Range(1e5, 1e9).Draw(t, "rate")},
		}
		d, last := newDecider(s, 0), time.Duration(0)
		for i, now := range times {
			made := d.decide(now, lengths[i], true)
			if made.drop {
				continue
			}
			assert.GreaterOrEqual(t, made.at, now+s.Delay.Latency)
			assert.GreaterOrEqual(t, made.at, last)
			last = made.at
		}
	})
}

func TestDelayStaysWithinJitter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		latency := time.Duration(rapid.IntRange(0, int(time.Second)).Draw(t, "latency"))
		delay := &Delay{
			Latency: latency, Jitter: time.Duration(rapid.Int64Range(0, int64(latency)).Draw(t, "jitter")),
			Correlation: rapid.Float64Range(0, 100).Draw(t, "correlation"),
		}
		d := newDecider(Spec{Seed: rapid.Uint64().Draw(t, "seed"), Delay: delay}, 0)
		for range 100 {
			at := d.decide(0, 100, true).at
			assert.GreaterOrEqual(t, at, latency-delay.Jitter)
			assert.LessOrEqual(t, at, latency+delay.Jitter)
		}
	})
}

// TestSharesAreMet uses an interval of six standard deviations: one seed in 500 million falls outside.
func TestSharesAreMet(t *testing.T) {
	const packets = 5000
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Float64Range(0, 100).Draw(t, "percent")
		d := newDecider(Spec{Seed: rapid.Uint64().Draw(t, "seed"), Loss: &Share{Percent: p}}, 0)
		lost := 0
		for range packets {
			if d.decide(0, 100, true).drop {
				lost++
			}
		}
		expected, share := p/100*packets, p/100
		assert.InDelta(t, expected, lost, 6*math.Sqrt(packets*share*(1-share))+6)
	})
}

func TestGap(t *testing.T) {
	d := newDecider(Spec{Delay: &Delay{Latency: time.Second, ReorderPercent: 100, Gap: 4}}, 0)
	var early []int
	for i := range 12 {
		if d.decide(0, 100, true).reordered {
			early = append(early, i)
		}
	}
	assert.Equal(t, []int{3, 7, 11}, early)
}

func TestTheSameSeedDecidesTheSame(t *testing.T) {
	s := Spec{Seed: 7, Loss: &Share{Percent: 50}, Delay: &Delay{Latency: 100, Jitter: 100}}
	a, b, other := newDecider(s, 0), newDecider(s, 0), newDecider(s, 1)
	same := true
	for range 100 {
		left := a.decide(0, 100, true)
		assert.Equal(t, left, b.decide(0, 100, true))
		same = same && left == other.decide(0, 100, true)
	}
	assert.False(t, same, "directions are drawn apart")
}

func TestValidate(t *testing.T) {
	valid := Spec{ID: "x", Deadline: time.Now(), Delay: &Delay{Latency: 1}}
	assert.NoError(t, valid.Validate())
	for want, change := range map[string]func(*Spec){
		"no effect":        func(s *Spec) { s.Delay = nil },
		"of its own":       func(s *Spec) { s.Partition = true },
		"0 to 100":         func(s *Spec) { s.Loss = &Share{Percent: math.NaN()} },
		"no more jitter":   func(s *Spec) { s.Delay.Jitter = 2 },
		"reorder_percent":  func(s *Spec) { s.Delay.Gap = 2 },
		"expected 1 to 10": func(s *Spec) { s.Bandwidth = &Bandwidth{} },
		"at least 1500":    func(s *Spec) { s.Bandwidth = &Bandwidth{Rate: 1, Buffer: 1} },
		"no deadline":      func(s *Spec) { s.Deadline = time.Time{} },
		"letters":          func(s *Spec) { s.ID = "a b" },
		"limit -1":         func(s *Spec) { s.Limit = -1 },
	} {
		s := valid
		delay := *valid.Delay
		s.Delay = &delay
		change(&s)
		assert.ErrorContains(t, s.Validate(), want)
	}
}
