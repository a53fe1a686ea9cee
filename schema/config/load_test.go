package config

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
)

// unpack makes files from an archive and goes to their directory.
func unpack(t testing.TB, archive string) {
	t.Helper()
	dir := t.TempDir()
	for _, file := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(dir, file.Name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, file.Data, 0o644))
	}
	t.Chdir(dir)
}

const everything = `
-- a.gameday.hcl --
gameday {
  required_version = ">= 0.1.0"
  required_providers {
    local = { source = "builtin", version = "~> 0.1" }
  }
}
variable "n" {
  description = "A number."
  type        = object({ a = optional(number, 3) })
  default     = {}
  sensitive   = true
  nullable    = false
  validation {
    condition     = var.n.a > 0
    error_message = "no"
  }
}
locals {
  one = 1
  two = local.one + 1
}
output "o" {
  description = "An output."
  value       = local.two
  sensitive   = true
}
module "m" {
  source     = "./m"
  for_each   = toset(["a"])
  depends_on = [experiment.x]
  input      = 1
}
provider "local" {
  anything = 1
}
policy {
  max_targets_percent = 50
}
-- b.gameday.hcl --
environment "local" "shop" {
  process "web" {}
}
experiment "x" {
  description = "d"
  environment = environment.shop
  labels      = {}
  weight      = 2
  seed        = 7
  depends_on  = [experiment.y, module.m]
  load "http" "l" {
    timeout  = "1s"
    for_each = {}
    url      = "u"
  }
  steady_state {
    baseline = "1s"
    probe "http" "p" {
      interval = "1s"
      timeout  = "1s"
      for_each = {}
      url      = "u"
    }
    assert "a" {
      condition     = true
      error_message = "no"
      phases        = ["fault"]
      window        = "1s"
      min_samples   = 1
    }
    recovery {
      within = "1s"
      hold   = "1s"
    }
  }
  fault "local_process_kill" "f" {
    delay      = "1s"
    duration   = "1s"
    seed       = 1
    for_each   = {}
    depends_on = [fault.g]
    target {}
    dynamic "x" {
      for_each = []
      content {}
    }
  }
  stop_condition "s" {
    condition     = true
    error_message = "no"
    window        = "1s"
    min_samples   = 1
  }
  rollback {
    timeout = "1s"
    action "exec" "two" {
      timeout = "1s"
      command = []
    }
    action "exec" "one" {}
  }
}
suite "s" {
  description = "d"
  experiments = [experiment.x]
  gate {
    min_score        = 0.9
    max_inconclusive = 1
  }
}
-- m/m.gameday.hcl.json --
{"variable": {"input": {"type": "number", "//": "a comment"}}}
`

func TestLoadReadsEverything(t *testing.T) {
	unpack(t, everything)
	cfg, diags := LoadDir(".", WithVersion("0.2.0"))
	require.Empty(t, diags)
	require.False(t, cfg.Partial)
	m := cfg.Root
	assert.Equal(t, ".", m.Dir)
	assert.Len(t, cfg.Sources.Digests(), 3)

	provider := m.Settings[0].RequiredProviders["local"]
	assert.Equal(t, "builtin", provider.Source)
	assert.Equal(t, "~> 0.1", provider.Version)

	v := m.Variables["n"]
	assert.Equal(t, "A number.", v.Description)
	assert.True(t, v.Sensitive)
	assert.False(t, v.Nullable)
	assert.NotNil(t, v.Default)
	assert.Len(t, v.Validations, 1)
	assert.True(t, v.Type.Type.Equals(cty.ObjectWithOptionalAttrs(map[string]cty.Type{"a": cty.Number}, []string{"a"})))
	assert.NotNil(t, v.Type.Defaults)

	assert.Equal(t, []string{"one", "two"}, slices.Sorted(maps.Keys(m.Locals)))
	assert.True(t, m.Outputs["o"].Sensitive)
	assert.Contains(t, m.Providers, "local")
	assert.Len(t, m.Policies, 1)

	call := m.Calls["m"]
	assert.NotNil(t, call.ForEach)
	assert.Len(t, call.DependsOn, 1)
	assert.Equal(t, []string{"input"}, slices.Sorted(maps.Keys(call.Inputs)))
	assert.Equal(t, "m", call.Module.Dir)
	assert.Equal(t, "module.m", call.Module.Path.String())
	assert.Equal(t, cty.Number, call.Module.Variables["input"].Type.Type)
	assert.True(t, call.Module.Variables["input"].Nullable)

	s := m.Suites["s"]
	assert.NotNil(t, s.Experiments)
	assert.Nil(t, s.Select)
	assert.NotNil(t, s.Gate.MinScore)
}

func TestLoadReadsExperiments(t *testing.T) {
	unpack(t, everything)
	cfg, diags := LoadDir(".")
	require.Empty(t, diags)
	assert.Equal(t, "local", cfg.Root.Environments["shop"].Type)
	e := cfg.Root.Experiments["x"]
	for name, expr := range map[string]hcl.Expression{
		"description": e.Description, "environment": e.Environment, "labels": e.Labels, "weight": e.Weight, "seed": e.Seed,
		"load timeout": e.Loads["l"].Timeout, "load for_each": e.Loads["l"].ForEach,
		"baseline": e.Steady.Baseline, "within": e.Steady.Recovery.Within, "hold": e.Steady.Recovery.Hold,
		"interval": e.Steady.Probes["p"].Interval, "probe timeout": e.Steady.Probes["p"].Timeout, "probe for_each": e.Steady.Probes["p"].ForEach,
		"condition": e.Steady.Asserts["a"].Condition, "message": e.Steady.Asserts["a"].ErrorMessage, "phases": e.Steady.Asserts["a"].Phases,
		"window": e.Steady.Asserts["a"].Window, "min_samples": e.Steady.Asserts["a"].MinSamples,
		"delay": e.Faults["f"].Delay, "duration": e.Faults["f"].Duration, "fault seed": e.Faults["f"].Seed, "fault for_each": e.Faults["f"].ForEach,
		"stop": e.Stops["s"].Condition, "stop message": e.Stops["s"].ErrorMessage, "stop window": e.Stops["s"].Window, "stop samples": e.Stops["s"].MinSamples,
		"rollback": e.Rollback.Timeout, "action": e.Rollback.Actions[0].Timeout,
	} {
		assert.NotNil(t, expr, name)
	}
	assert.Len(t, e.DependsOn, 2)
	assert.Len(t, e.Faults["f"].DependsOn, 1)
	assert.Equal(t, "two", e.Rollback.Actions[0].Name, "in the order written")
	assert.Equal(t, "one", e.Rollback.Actions[1].Name)
	assert.Equal(t, 4, e.DeclRange.Start.Line)
	assert.Greater(t, e.BodyRange.End.Line, 50)

	// What belongs to the language is not offered to the provider.
	_, diags = e.Faults["f"].Body.Content(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "target"}, {Type: "dynamic", LabelNames: []string{"type"}},
	}})
	require.Empty(t, diags)
}

func TestExperimentWithoutFaults(t *testing.T) {
	unpack(t, "-- x.gameday.hcl --\nexperiment \"x\" {\n  steady_state {\n    assert \"a\" {\n      condition = true\n    }\n  }\n}\n")
	_, diags := LoadDir(".")
	assert.Empty(t, diags)
}

func TestRequiredVersion(t *testing.T) {
	source := "-- x.gameday.hcl --\ngameday {\n  required_version = \"~> 1.2\"\n}\nunheard_of {}\n"
	tests := map[string]string{
		"1.2.0": "Unsupported block", "1.3.5-rc1": "Unsupported block", "dev": "Unsupported block", "": "Unsupported block",
		"1.1.9": "Unsupported gameday version", "2.0.0": "Unsupported gameday version",
	}
	for running, want := range tests {
		unpack(t, source)
		_, diags := LoadDir(".", WithVersion(running))
		// Blocks that this version does not know may be why another is required.
		require.Len(t, diags, 1, running)
		assert.Equal(t, want, diags[0].Summary, running)
	}
}

func TestPartial(t *testing.T) {
	tests := map[string]bool{
		"locals {}":                              false,
		"locals {}\nvariable \"x\" { typ = 1 }":  false,
		"output \"x\" {}":                        false,
		"lcoals {}":                              true,
		"variable \"1\" {}":                      true,
		"variable {}":                            true,
		"locals {":                               true,
		"gameday { required_version = \"> 9\" }": true,
	}
	for source, want := range tests {
		unpack(t, "-- x.gameday.hcl --\n"+source+"\n")
		cfg, _ := LoadDir(".", WithVersion("1.0.0"))
		assert.Equal(t, want, cfg.Partial, source)
	}
}

func TestLoadIsTheSameInJSON(t *testing.T) {
	unpack(t, `
-- x.gameday.hcl.json --
{
  "gameday": {"required_providers": {"local": {"source": "builtin"}}},
  "environment": {"local": {"shop": {"process": {"web": {"command": ["x"]}}}}},
  "experiment": {"x": {
    "environment": "${environment.shop}",
    "depends_on": ["experiment.y"],
    "steady_state": {
      "probe": {"http": {"p": {"url": "u", "interval": "1s"}}},
      "assert": {"a": {"condition": "${true}"}}
    },
    "fault": {"local_process_kill": {"f": {"duration": "1s", "target": {}}}}
  }}
}
`)
	cfg, diags := LoadDir(".")
	require.Empty(t, diags)
	e := cfg.Root.Experiments["x"]
	assert.Equal(t, "http", e.Steady.Probes["p"].Type)
	assert.NotNil(t, e.Faults["f"].Duration)
	assert.Equal(t, "experiment", e.DependsOn[0].RootName())
	assert.Equal(t, "builtin", cfg.Root.Settings[0].RequiredProviders["local"].Source)
}
