package exec_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/exec"
	"github.com/gameday-dev/gameday/providers/probing/bodytest"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// TestMain is the tests, and the plugin that some of them start.
func TestMain(m *testing.M) {
	if code, asked := providertest.OtherMain(os.Args[1:], exec.New()); asked {
		os.Exit(code)
	}
	goleak.VerifyTestMain(m)
}

func probeType() providers.Probe { return exec.New().Types().Probes[0] }

func actionType() providers.Action { return exec.New().Types().Actions[0] }

// sh is a command attribute that has a shell run a script.
func sh(script string) string { return fmt.Sprintf("command = [\"sh\", \"-c\", %q]\n", script) }

// sampled takes one sample, of a run called "run-7", in a directory.
func sampled(t *testing.T, dir string, timeout time.Duration, body string) providers.Sample {
	t.Helper()
	prober, diags := probeType().Open(t.Context(), providers.OpenRequest{
		Config: bodytest.Decode(t, probeType().Schema(), body), Dir: dir, Timeout: timeout,
		Environment: providers.EnvironmentState{Handle: providers.EnvironmentHandle{Run: "run-7"}},
	})
	require.Empty(t, diags)
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	sample := prober.Sample(ctx)
	require.NoError(t, prober.Close())
	require.Equal(t, sample.OK, sample.Error == "", "%+v", sample)
	if sample.Fields != cty.NilVal {
		require.Empty(t, sample.Fields.Type().TestConformance(probeType().SampleType()))
	}
	return sample
}

// script puts a program into a new directory.
func script(t *testing.T, name, text string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o700))
	return dir
}

// gone waits until a process has ended: it is not there, or waits to be
// collected by a parent that is not ours.
func gone(t *testing.T, pid string) {
	t.Helper()
	require.NotEmpty(t, pid)
	require.Eventually(t, func() bool {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			return true
		}
		_, state, _ := strings.Cut(string(stat), ") ")
		return strings.HasPrefix(state, "Z")
	}, 5*time.Second, 5*time.Millisecond, "process %s is still there", pid)
}
