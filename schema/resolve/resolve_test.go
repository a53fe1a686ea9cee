package resolve_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/resolve"
)

const shop = `
variable "limit" {
  type    = number
  default = 0.99
}

locals {
  host = "http://localhost:${environment.shop.process.web.port}"
}

environment "fake" "shop" {
  process "web" {
    command = ["web"]
    env     = { PORT = self.process.web.port }
  }
}

experiment "slow" {
  description = "Slow payments"
  environment = environment.shop
  labels      = { tier = "critical" }
  weight      = 3

  load "http" "shoppers" {
    url  = local.host
    rate = 10
  }

  steady_state {
    baseline = "3s"
    probe "http" "web" {
      url      = "${local.host}/healthz"
      interval = "100ms"
    }
    assert "available" {
      condition     = probe.web.success_ratio >= var.limit
      error_message = "Only ${percent(probe.web.success_ratio)} succeeded."
    }
    assert "responsive" {
      phases    = ["recovery", "fault"]
      window    = "5s"
      condition = probe.web.latency.p99 <= 3 * baseline.web.latency.p99 && load.shoppers.rate > 5
    }
    recovery { within = "10s" }
  }

  fault "fake_delay" "web" {
    latency  = "100ms"
    duration = "5s"
    target { names = ["web"] }
  }

  stop_condition "meltdown" {
    condition = probe.web.success_ratio < 0.2
    window    = "3s"
  }

  rollback {
    action "exec" "flush" { command = ["true"] }
  }
}

suite "gate" {
  experiments = [experiment.slow]
  gate { min_score = 0.9 }
}

policy { max_targets_percent = 50 }
policy {
  max_targets_percent  = 75
  protected_namespaces = ["monitoring"]
}
`

func TestResolveAWholeExperiment(t *testing.T) {
	r := mustResolve(t, resolve.Inputs{}, shop)

	require.Len(t, r.Environments, 1)
	assert.Equal(t, "environment.shop", r.Environments[0].Addr.String())
	assert.Len(t, r.Environments[0].Plan.Inventory, 1)

	require.Len(t, r.Experiments, 1)
	e := r.Experiments[0]
	assert.Equal(t, "experiment.slow", e.Addr.String())
	assert.Equal(t, "Slow payments", e.Description)
	assert.Equal(t, map[string]string{"tier": "critical"}, e.Labels)
	assert.Equal(t, 3.0, e.Weight)
	assert.Equal(t, "environment.shop", e.Environment)
	assert.Equal(t, 3*time.Second, e.Baseline)
	assert.Equal(t, resolve.Recovery{Within: 10 * time.Second, Hold: 5 * time.Second}, e.Recovery)

	require.Len(t, e.Probes, 1)
	assert.Equal(t, "probe.web", e.Probes[0].Addr.Local())
	assert.Equal(t, 100*time.Millisecond, e.Probes[0].Interval)
	assert.Equal(t, 2*time.Second, e.Probes[0].Timeout)
	assert.Equal(t, 5*time.Second, e.Loads[0].Timeout)

	require.Len(t, e.Asserts, 2)
	assert.Equal(t, resolve.Phases(), e.Asserts[0].Phases)
	assert.Equal(t, 10, e.Asserts[0].MinSamples)
	assert.Equal(t, []resolve.Phase{resolve.PhaseFault, resolve.PhaseRecovery}, e.Asserts[1].Phases, "in the order of a run")
	assert.Equal(t, 5*time.Second, e.Asserts[1].Window)
	assert.Equal(t, "probe.web.success_ratio >= var.limit", e.Asserts[0].Condition.Text())
	assert.Equal(t, []string{"load.shoppers", "probe.web"}, e.Asserts[1].Condition.Series())
	assert.True(t, e.Asserts[1].Condition.NeedsBaseline())
	assert.False(t, e.Asserts[0].Condition.NeedsBaseline())

	require.Len(t, e.Faults, 1)
	assert.Equal(t, 5*time.Second, e.Faults[0].Duration)
	assert.Equal(t, 30*time.Second, e.Rollback.Timeout)
	require.Len(t, e.Rollback.Actions, 1)

	require.Len(t, r.Suites, 1)
	assert.Equal(t, []string{"experiment.slow"}, r.Suites[0].Experiments)
	assert.Equal(t, 0.9, r.Suites[0].MinScore)
	assert.Equal(t, 50.0, r.Policy.MaxTargetsPercent)
	assert.Equal(t, []string{"kube-system", "monitoring"}, r.Policy.ProtectedNamespaces)
}

func TestBodiesAreUnknownUntilTheEnvironmentIsUp(t *testing.T) {
	r := mustResolve(t, resolve.Inputs{}, shop)
	values, diags := r.Experiments[0].Probes[0].Body.Decode(nil)
	require.Empty(t, diags)
	assert.False(t, values.Known("url"))

	up := map[string]cty.Value{"environment.shop": cty.ObjectVal(map[string]cty.Value{
		"process": cty.ObjectVal(map[string]cty.Value{"web": cty.ObjectVal(map[string]cty.Value{"port": cty.NumberIntVal(8080)})}),
	})}
	r = mustResolve(t, resolve.Inputs{Environments: up}, shop)
	values, diags = r.Experiments[0].Probes[0].Body.Decode(nil)
	require.Empty(t, diags)
	assert.Equal(t, "http://localhost:8080/healthz", values.String("url"))
}

// TestPoliciesNameWhatLimits: of several policy blocks, the one that set a limit is where to look.
func TestPoliciesNameWhatLimits(t *testing.T) {
	r := mustResolve(t, resolve.Inputs{}, `policy { protected_namespaces = ["monitoring"] }
policy {
  max_targets_percent = 50
  deny_context        = ["*prod*"]
}
policy { max_targets_percent = 20 }
policy {
  max_targets_percent = 30
  deny_context        = ["*prod*", "live"]
}`)
	assert.Equal(t, 20.0, r.Policy.MaxTargetsPercent)
	assert.Equal(t, 6, r.Policy.MaxTargetsAt.Start.Line)
	assert.Equal(t, []string{"*prod*", "live"}, r.Policy.DenyContext)
	assert.Equal(t, 2, r.Policy.DenyContextAt["*prod*"].Start.Line)
	assert.Equal(t, 7, r.Policy.DenyContextAt["live"].Start.Line)
}

// TestNullElementsAreRefusedWhenTheyAreKnown: a plan takes what only an environment knows, and a run does not take null for it.
func TestNullElementsAreRefusedWhenTheyAreKnown(t *testing.T) {
	text := strings.Replace(shop, `names = ["web"]`, `names = [environment.shop.process.web.port == 8080 ? null : "web"]`, 1)
	mustResolve(t, resolve.Inputs{}, text)
	up := map[string]cty.Value{"environment.shop": cty.ObjectVal(map[string]cty.Value{
		"process": cty.ObjectVal(map[string]cty.Value{"web": cty.ObjectVal(map[string]cty.Value{"port": cty.NumberIntVal(8080)})}),
	})}
	_, diags := resolveText(t, resolve.Inputs{Environments: up}, text)
	require.Len(t, diags, 1)
	assert.Contains(t, diags[0].Detail, "names[0] is null: expected a string.")
}

func TestSelfIsEvaluatedWhenTheEnvironmentIsBroughtUp(t *testing.T) {
	r := mustResolve(t, resolve.Inputs{}, shop)
	self := cty.ObjectVal(map[string]cty.Value{
		"process": cty.ObjectVal(map[string]cty.Value{"web": cty.ObjectVal(map[string]cty.Value{"port": cty.NumberIntVal(81)})}),
	})
	values, diags := r.Environments[0].Body.Decode(map[string]cty.Value{"self": self})
	require.Empty(t, diags)
	assert.Equal(t, map[string]string{"PORT": "81"}, values.BlockMap("process")["web"].StringMap("env"))
}

// TestOffline: an environment that faults have harmed is no mistake for who undoes them.
func TestOffline(t *testing.T) {
	const harmed = `environment "fake" "shop" {
  process "harmed" {
    command = ["web"]
  }
}`
	_, diags := resolveText(t, resolve.Inputs{}, harmed)
	require.True(t, diags.HasErrors())
	assert.Equal(t, "Not as described", diags[0].Summary)
	r := mustResolve(t, resolve.Inputs{Offline: true}, harmed)
	require.Len(t, r.Environments, 1)
}
