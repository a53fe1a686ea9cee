package crashmatrix

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report/jsonl"
)

// BenchmarkStopToRevert is the time from a broken stop condition to the last
// verified revert, on real processes and links. What comes before it, from the
// sample that breaks the condition to the condition being judged, is in
// BenchmarkBreachToRevert of package engine.
func BenchmarkStopToRevert(b *testing.B) {
	for _, faultType := range []string{"local_process_pause", "local_process_kill", "local_network_partition", "local_cpu_stress"} {
		b.Run(faultType, func(b *testing.B) {
			var spent time.Duration
			for b.Loop() {
				spent += stopToRevert(b, faultType)
			}
			b.ReportMetric(float64(spent.Microseconds())/1000/float64(b.N), "ms/stop")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func stopToRevert(b *testing.B, faultType string) time.Duration {
	b.Helper()
	dir := b.TempDir()
	text := configuration(dir, faultType, faults()[faultType], 20*time.Second)
	// The condition is true as soon as there are samples of the fault phase.
	text = strings.Replace(text, "fault \"", "stop_condition \"s\" {\n    condition = probe.hop.count > 20\n  }\n  fault \"", 1)
	require.NoError(b, os.WriteFile(filepath.Join(dir, "x.gameday.hcl"), []byte(text), 0o600))
	self, err := os.Executable()
	require.NoError(b, err)
	cmd := exec.Command(self, "apply", "-auto-approve")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), asGameday+"=1")
	_ = cmd.Run() // it fails, as a stop condition is broken
	files, err := filepath.Glob(filepath.Join(dir, ".gameday", "runs", "*", "events.jsonl"))
	require.NoError(b, err)
	require.Len(b, files, 1)
	file, err := os.Open(files[0])
	require.NoError(b, err)
	defer func() { _ = file.Close() }() // only read
	events, err := jsonl.Read(file)
	require.NoError(b, err)
	return between(b, events)
}

// between is the time from the stop to the verified revert.
func between(b *testing.B, events []event.Event) time.Duration {
	b.Helper()
	var stop, reverted time.Time
	for _, e := range events {
		switch body := e.Body.(type) {
		case event.StopTriggered:
			stop = e.Time
		case event.FaultReverted:
			require.True(b, body.Verified)
			reverted = e.Time
		}
	}
	require.False(b, stop.IsZero() || reverted.IsZero(), "it stopped and was reverted")
	return reverted.Sub(stop)
}
