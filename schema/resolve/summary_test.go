package resolve_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/schema/resolve"
)

const summarized = `
environment "fake" "shop" {
  process "web" { command = ["web"] }
}
variable "host" { default = "localhost" }
variable "key" {
  default   = "xy" # too short to be looked for in texts
  sensitive = true
}
locals { web = "http://${environment.shop.process.web.port}/" }
experiment "e" {
  environment = environment.shop
  steady_state {
    probe "http" "p" {
      PROBE
    }
    assert "a" { condition = probe.p.success_ratio >= 0.99 }
  }
  fault "fake_delay" "f" { latency = "1s" }
  rollback {
    action "exec" "a" { command = COMMAND }
  }
}
`

func TestSummaryOfProbe(t *testing.T) {
	for probe, want := range map[string]string{
		`url = "http://${var.host}/"`:                                      "GET http://localhost/",
		`url = "http://${var.host}:${environment.shop.process.web.port}/"`: "GET http://${var.host}:${environment.shop.process.web.port}/",
		`url = "${environment.shop.process.web.port}"`:                     "GET ${environment.shop.process.web.port}",
		`url = local.web`:            "GET ${local.web}",
		`url = "http://${var.key}/"`: "GET (sensitive)",
		`url = "http://${environment.shop.process.web.port}/${var.key}"`:                    "GET (sensitive)",
		`url = "http://${environment.shop.process.web.port}/${sensitive("ab")}"`:            "GET (sensitive)",
		"url = local.web\n      token = var.key":                                            "GET ${local.web} (sensitive)",
		"url = \"http://h/\"\n      token = join(\"\", [local.web, sensitive(\"secret\")])": "GET http://h/ (sensitive)",
	} {
		r := mustResolve(t, resolve.Inputs{}, replaced(summarized, "PROBE", probe, "COMMAND", `["true"]`))
		assert.Equal(t, want, r.Experiments[0].Probes[0].Body.Summary(), probe)
		assert.Empty(t, r.Experiments[0].Faults[0].Body.Summary(), "a type that has nothing to say")
	}
}

func TestSummaryOfList(t *testing.T) {
	for command, want := range map[string]string{
		`["curl", "-u", var.key, local.web]`: "curl -u (sensitive) ${local.web}",
		`["curl", var.host]`:                 "curl localhost",
		`concat(["curl"], [var.key])`:        "",
	} {
		r := mustResolve(t, resolve.Inputs{}, replaced(summarized, "PROBE", `url = "http://h/"`, "COMMAND", command))
		require.Len(t, r.Experiments[0].Rollback.Actions, 1)
		assert.Equal(t, want, r.Experiments[0].Rollback.Actions[0].Body.Summary(), command)
	}
}

func TestSummaryInJSON(t *testing.T) {
	r, diags := resolveFiles(t, resolve.Inputs{}, map[string]string{
		"env.gameday.hcl": `environment "fake" "shop" {
  process "web" { command = ["web"] }
}`,
		"e.gameday.hcl.json": `{"experiment": {"e": {"environment": "${environment.shop}", "steady_state": {
  "probe": {"http": {"p": {"url": "http://${environment.shop.process.web.port}/x"}, "q": {"url": "${environment.shop.process.web.port}"}}},
  "assert": {"a": {"condition": "${probe.p.success_ratio > 0 && probe.q.success_ratio > 0}"}}}}}}`,
	})
	require.Empty(t, diags)
	probes := r.Experiments[0].Probes
	assert.Equal(t, "GET http://${environment.shop.process.web.port}/x", probes[0].Body.Summary())
	assert.Equal(t, "GET ${environment.shop.process.web.port}", probes[1].Body.Summary())
}

func replaced(text string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(text)
}
