package engine_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// insideWorld is how what runs inside the environment behaves.
type insideWorld struct {
	cut    time.Duration // how long what was measured while the world was broken is under way
	mute   time.Duration // how long after a revert nothing arrives any more; 0 for never
	opened []string      // types
	shun   []providers.Target
	closed int
}

func (fakeEnvironment) RunsInside(providers.Kind, string) bool { return true }

func (e fakeEnvironment) OpenProbe(_ context.Context, req providers.InsideRequest) (providers.Streamer, providers.Diagnostics) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.within.opened = append(e.within.opened, "probe "+req.Type+" of "+req.Run)
	e.within.shun = req.Targets
	return &fakeStream{world: e.world}, nil
}

func (e fakeEnvironment) OpenLoad(_ context.Context, req providers.InsideRequest) (providers.Generator, providers.Diagnostics) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.within.opened = append(e.within.opened, "load "+req.Type+" of "+req.Run)
	return &fakeInsideLoad{fakeLoad: fakeLoad(e)}, nil
}

// fakeStream samples the world on its own schedule. While the world is broken
// nothing arrives; it comes some time after.
type fakeStream struct{ *world }

func (s *fakeStream) Stream(ctx context.Context, req providers.StreamRequest) error {
	var mu sync.Mutex // what is held back, in order
	var held []providers.TimedSample
	free := time.Now()
	for due := time.Now().Add(req.Delay); ; due = due.Add(req.Interval) {
		_ = sleepFor(ctx, time.Until(due))
		if ctx.Err() != nil {
			return nil //nolint:nilerr // its end is no failure
		}
		got := providers.TimedSample{Due: due, Sample: providers.Sample{OK: s.ok(), Took: time.Millisecond}}
		if !got.OK {
			got.Error = "the world is broken"
		}
		if s.muted() {
			continue
		}
		mu.Lock()
		held = append(held, got)
		if !got.OK {
			free = time.Now().Add(s.within.cut)
		}
		if !time.Now().Before(free) {
			for _, h := range held {
				req.Report(h)
			}
			held = nil
			req.Complete(due.Add(req.Interval))
		}
		mu.Unlock()
	}
}

func (s *fakeStream) muted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.within.mute > 0 && !s.undone.IsZero() && time.Since(s.undone) > s.within.mute
}

func (s *fakeStream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.within.closed++
	return nil
}

// fakeInsideLoad is a load that must be closed.
type fakeInsideLoad struct{ fakeLoad }

func (l *fakeInsideLoad) OnComplete(func(time.Time)) {}

func (l *fakeInsideLoad) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.within.closed++
	return nil
}

func fromInside(text string) string {
	return strings.Replace(text, `probe "fake" "p" {`, `probe "fake" "p" {`+"\n from = \"cluster\"", 1)
}

// TestWhatIsMeasuredInsideIsJudged is that where something was measured, and how
// long it was under way, does not change the verdict.
func TestWhatIsMeasuredInsideIsJudged(t *testing.T) {
	cases := map[string]struct {
		text    string
		world   func(*world)
		verdict verdict.Verdict
		reason  string
	}{
		"passed":                  {fromInside(tolerant("")), nil, verdict.Passed, ""},
		"failed":                  {fromInside(with()), nil, verdict.Failed, "assert.available in the fault phase: ratio 0"},
		"failed, and heard later": {fromInside(with()), func(w *world) { w.within.cut = 15 * time.Second }, verdict.Failed, "assert.available in the fault phase: ratio 0"},
		"passed, and heard later": {fromInside(tolerant("")), func(w *world) { w.within.cut = 15 * time.Second }, verdict.Passed, ""},
		"heard of no more in the hold": {
			strings.NewReplacer(`hold   = "1s"`, `hold   = "5s"`, `within = "5s"`, `within = "1s"`).Replace(fromInside(tolerant(""))),
			func(w *world) { w.within.mute = 3 * time.Second },
			verdict.Inconclusive, "probe.p has not told of everything that was due in the last 5s",
		},
		"nothing to be seen": {tolerant(""), func(w *world) { w.unseen = true }, verdict.Inconclusive, "could not measure"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			require.True(t, c.world != nil && name == "nothing to be seen" || strings.Contains(c.text, "from ="))
			b := newBench(t, c.text)
			if c.world != nil {
				c.world(b.world)
			}
			synctest.Test(t, func(t *testing.T) {
				b.run(t.Context())
				finished := all[event.ExperimentFinished](b.events)
				require.Len(t, finished, 1)
				assert.Equal(t, c.verdict, finished[0].Verdict, "reasons: %q", finished[0].Reasons)
				assert.Contains(t, strings.Join(finished[0].Reasons, "\n"), c.reason)
				assert.Len(t, b.within.opened, b.within.closed)
			})
		})
	}
}

func TestALoadInsideIsOpenedThereAndClosed(t *testing.T) {
	b := newBench(t, fromInside(with("ASSERT", `phases = ["baseline", "recovery"]`, "LOAD", "load \"fake\" \"l\" {\n from = \"cluster\"\n}")))
	assert.Equal(t, "cluster", b.plan.Experiments[0].Loads[0].From)
	assert.Equal(t, "cluster", b.plan.Experiments[0].Probes[0].From)
	synctest.Test(t, func(t *testing.T) {
		b.run(t.Context())
		assert.Equal(t, []string{"probe fake of r1", "load fake of r1"}, b.within.opened)
		assert.Equal(t, 2, b.within.closed)
		require.Len(t, b.within.shun, 1, "where a fault acts is no good place to measure from")
		assert.Equal(t, "a", b.within.shun[0].Name)
	})
}
