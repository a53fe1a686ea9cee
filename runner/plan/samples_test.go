package plan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSampleFindings(t *testing.T) {
	const calm = `
  fault "fake_break" "f" {
    things   = ["a"]
    duration = "5s"
  }`
	tests := map[string]struct {
		old, new string
		want     string // empty: nothing found
	}{
		"enough":               {"", "", ""},
		"too few in the fault": {`interval = "100ms"`, `interval = "500ms"`, "probe.p is sampled every 500ms, so 2s of the fault phase have 4 samples, and 10 are needed"},
		"fewer are enough":     {`window    = "2s"`, `min_samples = 5`, ""},
		"window never full":    {`window    = "2s"`, `window = "6s"`, "Its window of 6s is longer than the fault phase of 5s."},
		"no baseline, nothing else": {
			"phases    = [\"fault\"]", "phases    = [\"baseline\"]", "It is for the baseline alone, and that is \"0s\".",
		},
		"too few in a baseline": {
			"phases    = [\"fault\"]\n      condition = probe.p.success_ratio >= 0.99\n      window    = \"2s\"",
			"condition = probe.p.success_ratio >= 0.99\n      min_samples = 31",
			"so 3s of the baseline phase have 30 samples, and 31 are needed",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			files := room(calm)
			files["main.gameday.hcl"] = strings.Replace(files["main.gameday.hcl"], test.old, test.new, 1)
			if strings.HasPrefix(name, "no baseline") {
				files["main.gameday.hcl"] = strings.Replace(files["main.gameday.hcl"], `baseline = "3s"`, `baseline = "0s"`, 1)
			}
			p := built(t, resolved(t, files, nil))
			if test.want == "" {
				assert.Empty(t, p.Findings)
				return
			}
			require.Len(t, p.Findings, 1)
			assert.Equal(t, KindSamples, p.Findings[0].Kind)
			assert.Equal(t, SeverityWarning, p.Findings[0].Severity)
			assert.Equal(t, "experiment.first.assert.holds", p.Findings[0].Subject)
			assert.Contains(t, p.Findings[0].Detail, test.want)
		})
	}
}

func TestRecoveryIsStretchedToItsSamples(t *testing.T) {
	files := room(`
  fault "fake_break" "f" {
    things = ["a"]
  }`)
	files["main.gameday.hcl"] = strings.NewReplacer(`phases    = ["fault"]`, `phases = ["recovery"]`, `interval = "100ms"`, `interval = "500ms"`, `window    = "2s"`, "").
		Replace(files["main.gameday.hcl"])
	e := built(t, resolved(t, files, nil)).Experiments[0]
	assert.Equal(t, Phase{"recovery", 5}, e.Phases[4], "10 samples, one every 500ms, instead of the 2s that were asked for")
	assert.InDelta(t, 3+30+5, e.Expected, 1e-9)
}
