package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// twin is an experiment in an environment of its own.
func twin(name, environment, more string) string {
	return fmt.Sprintf(`
experiment %q {
  environment = environment.%s
  %s
  steady_state {
    baseline = "2s"
    probe "fake" "p" { interval = "100ms" }
    assert "available" {
      phases    = ["baseline", "recovery"]
      condition = probe.p.success_ratio >= 0
    }
    recovery { hold = "1s" }
  }
  fault "fake_break" "f" {
    name     = %q
    duration = "3s"
  }
}
`, name, environment, more, name)
}

const environments = `
environment "fake" "one" {}
environment "fake" "two" {}
`

// TestParallel: experiments run at the same time where they share nothing, and
// one after the other where they share their environment.
func TestParallel(t *testing.T) {
	cases := map[string]struct {
		text string
		took time.Duration
	}{
		"apart":      {environments + twin("a", "one", "") + twin("b", "two", ""), 6 * time.Second},
		"same place": {environments + twin("a", "one", "") + twin("b", "one", ""), 12 * time.Second},
		"dependent":  {environments + twin("a", "one", "") + twin("b", "two", "depends_on = [experiment.a]"), 12 * time.Second},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.text)
			synctest.Test(t, func(t *testing.T) {
				started := time.Now()
				result := b.run(t.Context())
				assert.Equal(t, verdict.Passed, result.Verdict)
				assert.InDelta(t, c.took.Seconds(), time.Since(started).Seconds(), 1)
				assert.Len(t, all[event.EnvironmentStopped](b.events), len(b.plan.Environments))
			})
		})
	}
}

func TestDependentIsSkipped(t *testing.T) {
	b := newBench(t, environments+twin("a", "one", "")+twin("b", "two", "depends_on = [experiment.a]"))
	b.noEvidence = true
	synctest.Test(t, func(t *testing.T) {
		result := b.run(t.Context())
		assert.Equal(t, 5, result.ExitCode)
		finished := all[event.ExperimentFinished](b.events)
		require.Len(t, finished, 2)
		assert.Equal(t, verdict.Skipped, finished[1].Verdict)
		assert.Equal(t, []string{"it depends on experiment.a, which is inconclusive"}, finished[1].Reasons)
	})
}

// TestGate: experiments of a suite with a gate count through the gate.
func TestGate(t *testing.T) {
	const suite = `
suite "s" {
  experiments = [experiment.a, experiment.b]
  gate {
    min_score        = %s
    max_inconclusive = %d
  }
}
`
	cases := map[string]struct {
		score  string
		max    int
		code   int
		passed bool
	}{
		"tolerant":              {"0.5", 1, 0, true},
		"score too low":         {"0.8", 1, 3, false},
		"too many inconclusive": {"0.5", 0, 3, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			// b can never have enough samples.
			text := environments + twin("a", "one", "weight = 3") + strings.Replace(twin("b", "two", ""), `phases    = ["baseline", "recovery"]`, `min_samples = 1000`, 1)
			b := newBench(t, text+fmt.Sprintf(suite, c.score, c.max))
			synctest.Test(t, func(t *testing.T) {
				result := b.run(t.Context())
				assert.Equal(t, c.code, result.ExitCode)
				gates := all[event.SuiteFinished](b.events)
				require.Len(t, gates, 1)
				assert.Equal(t, c.passed, gates[0].Passed, gates[0].Reason)
				assert.InDelta(t, 0.75, gates[0].Score, 0.001)
			})
		})
	}
}
