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

// TestAMessageNeedsNoSamples: what it tells of decides nothing.
func TestAMessageNeedsNoSamples(t *testing.T) {
	files := room(`
  fault "fake_break" "f" {
    things   = ["a"]
    duration = "5s"
  }`)
	const message = "\n      error_message = \"the other has ${probe.rare.count}\"\n"
	files["main.gameday.hcl"] = strings.NewReplacer(
		"probe \"fake\" \"p\" {", "probe \"fake\" \"rare\" {\n      interval = \"20s\"\n      timeout = \"1s\"\n    }\n    probe \"fake\" \"p\" {",
		`phases    = ["fault"]`, `phases = ["fault", "recovery"]`,
		"condition = probe.p.success_ratio >= 0.99", "condition = probe.p.success_ratio >= 0.99"+message,
		"condition = probe.p.success_ratio < 0.1", "condition = probe.p.success_ratio < 0.1"+message,
	).Replace(files["main.gameday.hcl"])
	p := built(t, resolved(t, files, nil))
	assert.Empty(t, p.Findings)
	assert.Equal(t, Phase{"recovery", 2}, p.Experiments[0].Phases[4])
}

// TestStopFindings: a stop condition that can never be judged could stop nothing.
func TestStopFindings(t *testing.T) {
	const calm = `
  fault "fake_break" "f" {
    things   = ["a"]
    duration = "5s"
  }`
	const condition = "condition = probe.p.success_ratio < 0.1\n"
	tests := map[string]struct {
		faults, more string
		want         string // empty: nothing found
	}{
		"just enough":         {calm, `min_samples = 50`, ""},
		"too few":             {calm, `min_samples = 51`, "so 5s of the fault phase have 50 samples, and 51 are needed"},
		"too few in a window": {calm, `window = "500ms"`, "so 500ms of the fault phase have 5 samples, and 10 are needed"},
		"fewer are enough":    {calm, "window = \"500ms\"\nmin_samples = 5", ""},
		"window never full":   {calm, `window = "6s"`, "Its window of 6s is longer than the fault phase of 5s."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			files := room(test.faults)
			files["main.gameday.hcl"] = strings.Replace(files["main.gameday.hcl"], condition, condition+test.more+"\n", 1)
			p := built(t, resolved(t, files, nil))
			if test.want == "" {
				assert.Empty(t, p.Findings)
				return
			}
			require.Len(t, p.Findings, 1)
			assert.Equal(t, KindSamples, p.Findings[0].Kind)
			assert.Equal(t, SeverityWarning, p.Findings[0].Severity)
			assert.Equal(t, "experiment.first.stop_condition.melt", p.Findings[0].Subject)
			assert.Equal(t, "Cannot be judged: the experiment will be inconclusive", p.Findings[0].Summary)
			assert.Contains(t, p.Findings[0].Detail, test.want)
		})
	}
}

// TestNoFaultFindings: an experiment without faults ends with its baseline.
func TestNoFaultFindings(t *testing.T) {
	tests := map[string]struct {
		phases, baseline string
		summary, detail  string // empty: nothing found
	}{
		"the baseline":            {`["baseline"]`, "3s", "", ""},
		"the baseline and others": {`["baseline", "recovery"]`, "3s", "", ""},
		"the fault":               {`["fault"]`, "3s", "Not judged: there is no fault", "it is for other phases"},
		"the recovery":            {`["recovery"]`, "3s", "Not judged: there is no fault", "it is for other phases"},
		"no baseline either":      {`["recovery"]`, "0s", "Not judged: there is no baseline", `that is "0s"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			files := room("")
			files["main.gameday.hcl"] = strings.NewReplacer(`["fault"]`, test.phases, `baseline = "3s"`, `baseline = "`+test.baseline+`"`).Replace(files["main.gameday.hcl"])
			p := built(t, resolved(t, files, nil)) // its stop condition has nothing to stop, and is not warned of
			if test.summary == "" {
				assert.Empty(t, p.Findings)
				return
			}
			require.Len(t, p.Findings, 1)
			assert.Equal(t, SeverityWarning, p.Findings[0].Severity)
			assert.Equal(t, "experiment.first.assert.holds", p.Findings[0].Subject)
			assert.Equal(t, test.summary, p.Findings[0].Summary)
			assert.Contains(t, p.Findings[0].Detail, test.detail)
		})
	}
}

// TestNothingJudgedFinding: what is judged before the faults only says nothing about them.
func TestNothingJudgedFinding(t *testing.T) {
	const calm = `
  fault "fake_break" "f" {
    things = ["a"]
  }`
	const stop = "stop_condition \"melt\" {\n    condition = probe.p.success_ratio < 0.1\n  }"
	tests := map[string]struct {
		faults, phases, stop string
		found                bool
	}{
		"the baseline alone":      {calm, `["baseline"]`, "", true},
		"the fault":               {calm, `["fault"]`, "", false},
		"the recovery":            {calm, `["baseline", "recovery"]`, "", false},
		"a stop condition":        {calm, `["baseline"]`, stop, false},
		"the baseline, no faults": {"", `["baseline"]`, "", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			files := room(test.faults)
			files["main.gameday.hcl"] = strings.NewReplacer(stop, test.stop, `["fault"]`, test.phases).Replace(files["main.gameday.hcl"])
			p := built(t, resolved(t, files, nil))
			if !test.found {
				assert.Empty(t, p.Findings)
				return
			}
			require.Len(t, p.Findings, 1)
			assert.Equal(t, SeverityWarning, p.Findings[0].Severity)
			assert.Equal(t, "experiment.first", p.Findings[0].Subject)
			assert.Equal(t, "Nothing is judged after the injection: the experiment will be inconclusive", p.Findings[0].Summary)
			assert.NotZero(t, p.Findings[0].Source.Line)
		})
	}
}
