package feature_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/e2e-framework/pkg/env"
	"sigs.k8s.io/e2e-framework/pkg/envconf"
	"sigs.k8s.io/e2e-framework/pkg/features"

	"github.com/gameday-dev/gameday/experiments/feature"
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/runner/report/rundir"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// ownAgent are the built-in providers, with the test binary as agent.
func ownAgent(t *testing.T) *providers.Set {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	set, err := registry.Builtin(local.WithAgent(supervisor.Agent{Path: self, Args: []string{"agent"}}))
	require.NoError(t, err)
	return set
}

// slowWay are the options for testdata/slow, with runs below dir.
func slowWay(t *testing.T, dir string, more ...feature.Option) []feature.Option {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	server, err := json.Marshal([]string{self, "serve"})
	require.NoError(t, err)
	return append([]feature.Option{
		feature.Providers(ownAgent(t)), feature.RunsIn(dir), feature.Variable("server", string(server)),
	}, more...)
}

func TestApplyRunsAnExperiment(t *testing.T) {
	dir := t.TempDir()
	junit := filepath.Join(dir, "junit.xml")
	ctx := env.New().Test(t, feature.Apply("testdata/slow", slowWay(t, dir, feature.Variable("limit", "1800ms"), feature.JUnit(junit))...))

	run := feature.Result(ctx)
	require.NotNil(t, run)
	assert.Equal(t, verdict.Passed, run.Verdict())
	require.Len(t, run.Experiments, 1)
	x := run.Experiments[0]
	assert.Equal(t, "experiment.slow_way", x.Address)
	require.Len(t, x.Faults, 1)
	assert.True(t, x.Faults[0].IsProven())
	assert.True(t, x.Faults[0].Verified())

	stored, err := rundir.Load(rundir.Root(dir), rundir.Latest)
	require.NoError(t, err)
	assert.Equal(t, run.ID, stored.ID)
	report, err := os.ReadFile(junit)
	require.NoError(t, err)
	assert.Contains(t, string(report), "slow_way")
}

func TestApplyMakesAFeature(t *testing.T) {
	for _, c := range []struct {
		name    string
		options []feature.Option
		want    string
	}{
		{"named after its directory", nil, "slow"},
		{"named", []feature.Option{feature.Name("slow way")}, "slow way"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := feature.Apply("testdata/slow", append(c.options, feature.Label("tier", "critical"))...)
			assert.Equal(t, c.want, f.Name())
			assert.Equal(t, features.Labels{"tier": {"critical"}}, f.Labels())
			assert.Len(t, f.Steps(), 1)
		})
	}
}

// TestStepReadsVariablesWhenItBegins gives the environment its kubeconfig only in
// the setup, as a suite that makes its own cluster does.
func TestStepReadsVariablesWhenItBegins(t *testing.T) {
	limit := "1ns"
	cfg := envconf.New()
	options := slowWay(t, t.TempDir(), feature.VariableFrom("limit", func(got *envconf.Config) string {
		assert.NotNil(t, got)
		return limit
	}))
	test := features.New("slow").Assess("survives a slow way", feature.Step("testdata/slow", options...)).Feature()
	limit = "1s"
	ctx := env.NewWithConfig(cfg).Test(t, test)
	assert.Equal(t, verdict.Passed, feature.Result(ctx).Verdict())
}

// TestVariablesCome holds the order of the sources against that of the command.
func TestVariablesCome(t *testing.T) {
	t.Setenv("GAMEDAY_VAR_limit", "1ns")
	file := filepath.Join(t.TempDir(), "some.vars.hcl")
	require.NoError(t, os.WriteFile(file, []byte("limit = \"1s\"\nduration = \"1s\"\n"), 0o600))
	ctx := env.New().Test(t, feature.Apply("testdata/slow", slowWay(t, t.TempDir(), feature.VariableFile(file))...))
	assert.Equal(t, verdict.Passed, feature.Result(ctx).Verdict())
}
