package graph_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/graph"
	"github.com/gameday-dev/gameday/schema/resolve"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// fake has the few types that the drawn configuration uses; their bodies are
// empty.
type fake struct{}

func (fake) Metadata() providers.Metadata {
	return providers.Metadata{Name: "fake", Version: "1.0.0", Description: "For tests."}
}

func (fake) Types() providers.Types {
	return providers.Types{
		Environments: []providers.Environment{environment{}}, Faults: []providers.Fault{fault{}},
		Probes: []providers.Probe{probe{}}, Loads: []providers.Load{load{}},
	}
}

type (
	environment struct{ providers.Environment }
	fault       struct{ providers.Fault }
	probe       struct{ providers.Probe }
	load        struct{ providers.Load }
)

func (environment) TypeName() string      { return "fake" }
func (environment) Schema() *schema.Block { return &schema.Block{} }
func (environment) Plan(context.Context, providers.EnvironmentPlanRequest) (providers.EnvironmentPlan, providers.Diagnostics) {
	return providers.EnvironmentPlan{}, nil
}
func (fault) TypeName() string      { return "fake_delay" }
func (fault) Schema() *schema.Block { return &schema.Block{} }
func (probe) TypeName() string      { return "http" }
func (probe) Schema() *schema.Block { return &schema.Block{} }
func (probe) SampleType() cty.Type  { return cty.EmptyObject }
func (load) TypeName() string       { return "http" }
func (load) Schema() *schema.Block  { return &schema.Block{} }

const drawn = `
environment "fake" "shop" {}
experiment "first-one" {
  environment = environment.shop
  load "http" "shoppers" {}
  steady_state {
    probe "http" "web" {
      for_each = toset(["a \"quoted\" <key>", "b_c"])
    }
    probe "http" "db" {}
    assert "available" {
      condition = probe.web["b_c"].success_ratio > 0.9 && load.shoppers.rate > 1
    }
    assert "relative" {
      condition = probe.db.latency.p99 < 2 * baseline.db.latency.p99
    }
  }
  fault "fake_delay" "one" {}
  fault "fake_delay" "two" {
    depends_on = [fault.one]
  }
  stop_condition "enough" {
    condition = alltrue([for p in probe.web : p.success_ratio < 0.1])
  }
}
experiment "second" {
  depends_on = [experiment.first-one]
  steady_state {
    probe "http" "web" {}
    assert "available" { condition = probe.web.success_ratio > 0.9 }
  }
}
suite "all" {
  experiments = [experiment.first-one, experiment.second]
  gate {
    min_score        = 0.75
    max_inconclusive = 1
  }
}
suite "plain" {
  experiments = [experiment.second]
}
`

func draw(t *testing.T) *graph.Graph {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.gameday.hcl"), []byte(drawn), 0o644))
	cfg, diags := config.LoadDir(dir)
	require.Empty(t, diags)
	set, err := providers.NewSet(fake{})
	require.NoError(t, err)
	resolved, diags := resolve.Resolve(t.Context(), cfg, set, resolve.Inputs{})
	require.Empty(t, diags)
	return graph.New(resolved)
}

func TestDrawings(t *testing.T) {
	g := draw(t)
	for name, got := range map[string]string{"graph.mmd": g.Mermaid(), "graph.dot": g.DOT()} {
		path := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			continue
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s\nrun go test -update if that is right", name, diff)
		}
	}
}

func TestADrawingIsTheSameEachTime(t *testing.T) {
	require.Equal(t, draw(t).Mermaid(), draw(t).Mermaid())
	require.Equal(t, draw(t).DOT(), draw(t).DOT())
}
