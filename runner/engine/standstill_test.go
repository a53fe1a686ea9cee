package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/sample"
)

// standing is a streamer that tells of what was due until a moment, as one whose process is stopped then, and of the rest, which
// it has lost, when it goes on; zero for never.
type standing struct{ until, goesOn time.Duration }

func (s standing) Stream(ctx context.Context, req providers.StreamRequest) error {
	began := time.Now()
	for at := time.Duration(0); ; at += req.Interval {
		due := began.Add(at)
		switch {
		case at < s.until:
			_ = sleep(ctx, time.Until(due))
		case s.goesOn == 0:
			<-ctx.Done()
		default:
			_ = sleep(ctx, time.Until(began.Add(max(s.goesOn, at))))
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // its end is no failure
		}
		lost := at >= s.until && at < s.goesOn
		req.Report(providers.TimedSample{Due: due, Sample: providers.Sample{OK: !lost, Lost: lost, Error: "held up"}})
		req.Complete(due.Add(req.Interval))
	}
}

func (standing) Close() error { return nil }

// TestWhoStoodStillWaitsForWhatIsMissing: with the whole process stopped, time passes in which no answer could come in. What
// was due is waited for from then on, once, and one who tells nothing any more is known by name.
func TestWhoStoodStillWaitsForWhatIsMissing(t *testing.T) {
	const stopped, timeout = 2 * time.Second, 500 * time.Millisecond
	cases := map[string]struct {
		goesOn  time.Duration // of the measurements
		awake   time.Duration // of the engine
		missing string
		took    time.Duration
	}{
		"not at all":                 {stopped, 5 * time.Second, "", 0},
		"both, and then they go on":  {20500 * time.Millisecond, 20 * time.Second, "", 500 * time.Millisecond},
		"both, and only one goes on": {0, 20 * time.Second, "probe.p", timeout + settleMargin},
		"the measurements alone":     {0, 5 * time.Second, "probe.p", timeout + settleMargin},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				series := sample.NewSeries("probe.p", cty.EmptyObject, time.Minute)
				m := &measurements{series: map[string]*sample.Series{}}
				m.add(series, timeout)
				ctx, cancel := context.WithCancel(t.Context())
				defer synctest.Wait()
				defer cancel()
				began := time.Now()
				task := sample.Task{Series: series, Streamer: standing{stopped, c.goesOn}, Interval: 100 * time.Millisecond, Timeout: timeout}
				go func() { _ = new(sample.Sampler).Run(ctx, []sample.Task{task}, nil) }()
				require.NoError(t, sleep(ctx, c.awake))

				asked, end := time.Now(), began.Add(5*time.Second)
				missing, err := m.settleLately(ctx, end)
				require.NoError(t, err)
				assert.Equal(t, c.missing, missing)
				assert.InDelta(t, c.took.Seconds(), time.Since(asked).Seconds(), 0.1)

				asked = time.Now()
				_, err = m.settleLately(ctx, end.Add(recoveryEvery))
				require.NoError(t, err)
				assert.LessOrEqual(t, time.Since(asked), recoveryEvery, "who was waited for once does not hold up each window anew")
			})
		})
	}
}
