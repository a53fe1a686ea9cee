package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/rundir"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// variant is an experiment of a run, with one fault.
func variant(name string, v verdict.Verdict, proven, verified bool) *report.Experiment {
	return &report.Experiment{
		Address: `module.shop["` + name + `"].experiment.payments_in_trouble`,
		Faults: []*report.Fault{{
			Address:   "fault.slow",
			Injecting: &event.FaultInjecting{},
			Proven:    &event.FaultProven{Proven: proven},
			Reverted:  &event.FaultReverted{Verified: verified},
		}},
		Finished: &event.ExperimentFinished{Verdict: v, Series: []event.Series{
			{Name: "probe.page", Phase: "fault", Count: 50, SuccessRatio: 0.5, P99: 2},
			{Name: "probe.page", Phase: "baseline", Count: 50, SuccessRatio: 1, P99: 0.01},
		}},
	}
}

func resultOf(exitCode int, junit bool, experiments ...*report.Experiment) *result {
	run := &report.Run{Experiments: experiments, Finished: &event.RunFinished{}}
	return newResult(&rundir.Run{Dir: "runs/1", Report: run}, exitCode, junit)
}

func TestMistakes(t *testing.T) {
	fragile := variant("fragile", verdict.Failed, true, true)
	resilient := variant("resilient", verdict.Passed, true, true)
	for _, c := range []struct {
		name string
		got  *result
		want string // part of the only mistake; empty for none
	}{
		{"right", resultOf(3, true, fragile, resilient), ""},
		{"fragile passed", resultOf(3, true, variant("fragile", verdict.Passed, true, true), resilient), "the fragile shop passed, expected failed"},
		{"resilient failed", resultOf(3, true, fragile, variant("resilient", verdict.Failed, true, true)), "the resilient shop failed, expected passed"},
		{"one missing", resultOf(3, true, fragile), "the resilient shop was not part of the run"},
		{"unproven", resultOf(3, true, fragile, variant("resilient", verdict.Passed, false, true)), "was not proven"},
		{"unverified", resultOf(3, true, fragile, variant("resilient", verdict.Passed, true, false)), "its revert not verified"},
		{"wrong exit code", resultOf(0, true, fragile, resilient), "exit code 0, where a failed experiment gives 3"},
		{"no JUnit", resultOf(3, false, fragile, resilient), "no JUnit report"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.got.mistakes()
			if c.want == "" {
				assert.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			assert.Contains(t, got[0], c.want)
		})
	}
}

func TestNoFaultIsAMistake(t *testing.T) {
	resilient := variant("resilient", verdict.Passed, true, true)
	resilient.Faults = nil
	got := resultOf(3, true, variant("fragile", verdict.Failed, true, true), resilient).mistakes()
	assert.Equal(t, []string{"no fault was injected into the resilient shop"}, got)
}

func TestTable(t *testing.T) {
	var out bytes.Buffer
	r := resultOf(3, true, variant("fragile", verdict.Failed, true, true), variant("resilient", verdict.Passed, true, true))
	require.NoError(t, r.table(&out))
	assert.Equal(t, ""+
		"                           fragile                  resilient\n"+
		"  verdict                  failed                   passed\n"+
		"  expected                 failed                   passed\n"+
		"  page, during the fault   50.0 % ok, p99 2.000 s   50.0 % ok, p99 2.000 s\n", out.String())
}

// TestOldRunIsNoResult has a gameday that does nothing at all.
func TestOldRunIsNoResult(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("gameday", []byte("#!/bin/sh\nexit 3\n"), 0o755))
	old := filepath.Join(rundir.Root("."), "01")
	require.NoError(t, os.MkdirAll(old, 0o755))
	line := `{"format_version":1,"seq":1,"time":"2020-01-01T00:00:00Z","run":"01","kind":"notice","text":"old"}` + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(old, rundir.EventsFile), []byte(line), 0o600))

	var out bytes.Buffer
	ok, err := verify(t.Context(), []string{"-gameday", "./gameday"}, &out, &out)
	assert.False(t, ok)
	require.ErrorContains(t, err, "left no run")

	ok, err = verify(t.Context(), []string{"-gameday", "./gameday", "-count", "2"}, &out, &out)
	assert.False(t, ok)
	require.NoError(t, err)
	assert.Contains(t, out.String(), "soak: 0 of 2 runs right")
}
