package feature_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/e2e-framework/pkg/env"

	"github.com/gameday-dev/gameday/experiments/feature"
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/install"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/providers/sdk"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// marker is the program of a provider that is not built in.
const marker = "gameday-provider-marker"

// serveMarker is its main function: a fault that is a file.
func serveMarker() {
	sdk.Serve(sdk.Provider{
		Name: "marker", Version: "1.0.0", Description: "Marks folders.", Types: providers.Types{Faults: []providers.Fault{sdk.NewFault(mark{})}},
	}.Provider())
}

type mark struct{}

func (mark) TypeName() string { return "marker_mark" }

func (mark) Schema() *schema.Block {
	return &schema.Block{Description: "Makes a file.", Attributes: []schema.Attribute{
		{Name: "path", Type: schema.Type{Kind: schema.String}, Required: true, Description: "Its path."},
	}}
}

func (mark) Plan(_ context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	return providers.FaultPlan{
		Effect: "makes a file", Targets: []providers.Target{{Kind: "file", Name: req.Config.String("path")}}, Eligible: 1, Population: 1,
		Undo: "removes it", Guard: "the provider",
	}, nil
}

func (mark) Prepare(_ context.Context, req providers.PrepareRequest) (string, error) {
	return req.Config.String("path"), nil
}

func (mark) Inject(_ context.Context, i sdk.Injection[string], _ schema.Values) error {
	return os.WriteFile(i.Undo, []byte(i.ID), 0o600)
}

func (mark) Observe(_ context.Context, i sdk.Injection[string]) (providers.Observation, error) {
	text, err := os.ReadFile(i.Undo)
	if errors.Is(err, os.ErrNotExist) {
		return providers.Observation{State: providers.Absent}, nil
	}
	return providers.Observation{State: providers.Active, Evidence: []providers.Fact{{Name: "mark", Text: "made by " + string(text)}}}, err
}

func (mark) Revert(_ context.Context, i sdk.Injection[string]) error {
	if err := os.Remove(i.Undo); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

const marked = `
gameday {
  required_providers {
    marker = { source = "./` + marker + `" }
  }
}

variable "path" {}

environment "local" "here" {}

experiment "marked" {
  environment = environment.here
  steady_state {
    baseline = "100ms"
    probe "exec" "runs" {
      command  = ["true"]
      interval = "50ms"
    }
    assert "runs" {
      min_samples = 1
      condition   = probe.runs.success_ratio == 1
    }
    recovery {
      hold = "100ms"
    }
  }
  fault "marker_mark" "m" {
    path     = var.path
    duration = "200ms"
  }
}
`

// TestRequiredProvidersAreUsed: those that gameday init has installed, and no others.
func TestRequiredProvidersAreUsed(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x.gameday.hcl"), []byte(marked), 0o600))
	require.NoError(t, os.Symlink(self, filepath.Join(dir, marker)))
	places, needed := install.Places{Dir: dir}, install.Requirement{Name: "marker", Source: "./" + marker}
	found, err := places.Choose(t.Context(), needed, install.Locked{})
	require.NoError(t, err)
	var lock install.Lock
	lock.Pin(found, "1.0.0")
	require.NoError(t, lock.Write(dir))

	path := filepath.Join(t.TempDir(), "mark")
	ctx := env.New().Test(t, feature.Apply(dir, feature.RunsIn(t.TempDir()), feature.Variable("path", path)))
	run := feature.Result(ctx)
	require.NotNil(t, run)
	assert.Equal(t, verdict.Passed, run.Verdict())
	assert.True(t, run.Experiments[0].Faults[0].IsProven())
	assert.NoFileExists(t, path)
}

// TestMissingProviderIsTold in a process of its own, as it fails.
func TestMissingProviderIsTold(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x.gameday.hcl"), []byte(marked), 0o600))
	c := newChild(t, "", "")
	c.Env = append(c.Env, childConfig+"="+dir)
	require.Error(t, c.Run(), "%s", &c.out)
	assert.Contains(t, c.out.String(), "Provider not available")
	assert.Contains(t, c.out.String(), "run gameday init")
}
