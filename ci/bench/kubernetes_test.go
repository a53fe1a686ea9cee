package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
)

func TestMid(t *testing.T) {
	assert.Equal(t, 2*time.Second, mid([]time.Duration{3 * time.Second, time.Second, 2 * time.Second}))
	assert.InDelta(t, 1.5, mid([]float64{1.5}), 0)
	assert.InDelta(t, 3, mid([]float64{4, 1, 3, 2}), 0, "of an even number the upper one")
}

func TestNewestIsTheLatestVersion(t *testing.T) {
	pod := func(version string) corev1.Pod {
		return corev1.Pod{ObjectMeta: metav1.ObjectMeta{ResourceVersion: version}}
	}
	assert.Equal(t, "1000", newest([]corev1.Pod{pod("999"), pod("1000"), pod("998")}), "by number, not by text")
	assert.Empty(t, newest(nil))
}

func TestPairedLeavesTheFirstRoundOut(t *testing.T) {
	b := &kubeBench{rounds: 3}
	calls := 0
	own, peer, ratio, err := b.paired(
		func() (time.Duration, error) { calls++; return time.Duration(calls) * time.Second, nil },
		func() (time.Duration, error) { return time.Duration(calls) * 2 * time.Second, nil })
	require.NoError(t, err)
	assert.Equal(t, 4, calls)
	assert.Equal(t, 3*time.Second, own, "of 2, 3 and 4 seconds")
	assert.Equal(t, 6*time.Second, peer)
	assert.InDelta(t, 0.5, ratio, 1e-9)
}

func TestRow(t *testing.T) {
	b := &kubeBench{}
	assert.Equal(t, "| one pod | 80 ms | 53 ms | 1.51 | 1.50 |\n", b.row("one pod", 80*time.Millisecond, 53*time.Millisecond, 1.509, 1.5))
}

func TestInjectingIsReadFromTheRunsEvents(t *testing.T) {
	dir := t.TempDir()
	_, err := injecting(dir)
	require.ErrorContains(t, err, "expected one run")
	run := filepath.Join(dir, ".gameday", "runs", "R")
	require.NoError(t, os.MkdirAll(run, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(run, "events.jsonl"),
		[]byte(`{"seq":1,"time":"2026-11-28T16:00:00Z","run":"R","type":"fault_injecting"}`+"\n"), 0o600))
	at, err := injecting(dir)
	require.NoError(t, err)
	assert.Equal(t, time.Date(2026, 11, 28, 16, 0, 0, 0, time.UTC), at)
}

// TestConfigurationsAreValid: a mistake would show only on a cluster.
func TestConfigurationsAreValid(t *testing.T) {
	b := &kubeBench{work: t.TempDir(), namespace: "bench"}
	killing, err := b.killing("kill", "set")
	require.NoError(t, err)
	trivial, err := b.trivial(50)
	require.NoError(t, err)
	for dir, want := range map[string]int{killing: 1, trivial: 50} {
		cfg, diags := config.LoadDir(dir)
		require.False(t, diags.HasErrors(), "%s", diags)
		set, err := registry.Builtin()
		require.NoError(t, err)
		resolved, diags := resolve.Resolve(t.Context(), cfg, set, resolve.Inputs{AllowMissing: true})
		require.False(t, diags.HasErrors(), "%s", diags)
		assert.Len(t, resolved.Experiments, want)
	}
}
