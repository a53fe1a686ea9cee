package resolve_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/resolve"
)

// probing is an experiment with one probe and one assertion.
const probing = `
experiment "e" {
  steady_state {
    probe "http" "web" { url = local.url }
    assert "a" { condition = probe.web.success_ratio > 0.5 }
  }
}
`

func urlOf(t *testing.T, r *resolve.Resolved) string {
	t.Helper()
	values, diags := r.Experiments[0].Probes[0].Body.Decode(nil)
	require.Empty(t, diags)
	return values.String("url")
}

func TestVariablesAreReadByTheirTypes(t *testing.T) {
	const config = `
variable "text" { type = string }
variable "number" { type = number }
variable "list" { type = list(string) }
variable "object" { type = object({ name = string, size = optional(number, 3) }) }
variable "any" {}
locals { url = jsonencode([var.text, var.number, var.list, var.object, var.any]) }
` + probing
	r := mustResolve(t, resolve.Inputs{Variables: map[string]resolve.Given{
		"text":      {Raw: "[1]", From: "-var"},
		"number":    {Raw: "1.5", From: "-var"},
		"list":      {Raw: `["a", "b"]`, From: "-var"},
		"object":    {Value: cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal("x")}), From: "prod.vars.hcl"},
		"any":       {Raw: "plain text", From: "GAMEDAY_VAR_any"},
		"elsewhere": {Raw: "of another configuration", From: "GAMEDAY_VAR_elsewhere"},
	}}, config)
	assert.Equal(t, `["[1]",1.5,["a","b"],{"name":"x","size":3},"plain text"]`, urlOf(t, r))
}

func TestGivenVariablesThatDoNotFit(t *testing.T) {
	const config = `
variable "list" { type = list(string) }
variable "kept" {
  type     = string
  nullable = false
  default  = "kept"
}
variable "name" {
  type = string
  validation {
    condition     = length(var.name) < 5
    error_message = "Too long."
  }
}
locals { url = var.kept }
` + probing
	r, diags := resolveText(t, resolve.Inputs{Variables: map[string]resolve.Given{
		"list": {Raw: "[a, b]", From: "-var"},
		"nmae": {Raw: "x", From: "-var"},
		"name": {Raw: "elaborate", From: "-var"},
		"kept": {Value: cty.NullVal(cty.String), From: "prod.vars.hcl"},
	}}, config)
	require.Len(t, diags, 3)
	assert.Contains(t, diags[0].Detail, `Did you mean "name"?`)
	assert.Contains(t, diags[1].Detail, "not an expression of type list(string)")
	assert.Contains(t, diags[2].Detail, "Too long.\n\nThe value of var.name was given by -var.")
	assert.Equal(t, "kept", urlOf(t, r))
}

// A policy takes null for not set, so that one on top of a null default would be open.
func TestNullDefaultsOfVariablesThatAreNotNullable(t *testing.T) {
	const declared = `
variable "percent" {
  type     = number
  nullable = false
  %s
}
policy { max_targets_percent = var.percent }
`
	const fromEnv, null = `default = env("GAMEDAY_TEST_PERCENT")`, "default = null"
	given := map[string]resolve.Given{"percent": {Raw: "null", From: "-var"}}
	for name, c := range map[string]struct {
		more, environ string // more in the declaration, and what the environment has
		given         map[string]resolve.Given
		input         string // of the module
		want          string // in the only message; none for the value 30
	}{
		"env unset":           {fromEnv, "", nil, "", "var.percent is not nullable, but its default is null (env gives null for what is not set): give it a value"},
		"env set":             {fromEnv, "30", nil, "", ""},
		"null":                {null, "", nil, "", "var.percent is not nullable, but its default is null: give it a value"},
		"null on top of null": {null, "", given, "percent = null", "its default is null"},
		"null on top of env":  {fromEnv, "", given, "percent = null", "its default is null"},
		"null, default set":   {"default = 30", "", given, "percent = null", ""},
		"sensitive":           {null + "\n  sensitive = true", "", nil, "", "its default is null"},
	} {
		config := fmt.Sprintf(declared, c.more)
		check := func(t *testing.T, file string, in resolve.Inputs, files map[string]string) {
			t.Helper()
			if c.environ != "" {
				t.Setenv("GAMEDAY_TEST_PERCENT", c.environ)
			}
			r, diags := resolveFiles(t, in, files)
			if c.want == "" {
				require.Empty(t, diags)
				assert.InDelta(t, 30, r.Policy.MaxTargetsPercent, 0)
				return
			}
			require.Len(t, diags, 1)
			assert.Equal(t, "Null value for variable", diags[0].Summary)
			assert.Contains(t, diags[0].Detail, c.want)
			assert.Equal(t, file+":2", line(diags[0]))
		}
		t.Run(name, func(t *testing.T) {
			check(t, "main.gameday.hcl", resolve.Inputs{Variables: c.given}, map[string]string{"main.gameday.hcl": config})
		})
		t.Run(name+" in a module", func(t *testing.T) {
			check(t, "m.gameday.hcl", resolve.Inputs{}, map[string]string{
				"main.gameday.hcl": "module \"m\" {\n  source = \"./m\"\n  " + c.input + "\n}\n", "m/m.gameday.hcl": config,
			})
		})
	}
}

// A conversion would drop what the type has no place for.
func TestSuperfluousAttributesOfVariables(t *testing.T) {
	for raw, want := range map[string]string{
		`{ name = "a", prots = [1] }`:                         `it has no attribute "prots". Did you mean "ports"?`,
		`{ name = "a", tls = { chekc = true } }`:              `it has no attribute "chekc" at tls. Did you mean "check"?`,
		`{ name = "a", more = [{ n = 1 }, { n = 1, m = 2 }]}`: `it has no attribute "m" at more[1].`,
		`{ name = "a", by = { x = { n = 1, m = 2 } } }`:       `it has no attribute "m" at by.x.`,
		`{ name = "a", ports = [1], by = { x = { n = 1 } } }`: "",
	} {
		_, diags := resolveText(t, resolve.Inputs{Variables: map[string]resolve.Given{"v": {Raw: raw, From: "-var"}}}, `
variable "v" {
  type = object({
    name  = string
    ports = optional(list(number))
    tls   = optional(object({ check = bool }))
    more  = optional(list(object({ n = number })))
    by    = optional(map(object({ n = number })))
  })
}
locals { url = "http://${var.v.name}" }
`+probing)
		if want == "" {
			assert.Empty(t, diags, raw)
			continue
		}
		require.Len(t, diags, 1, raw)
		assert.Contains(t, diags[0].Detail, want, raw)
	}
}

// What follows from a mistake is not reported beside it.
func TestOneMistakeIsOneMessage(t *testing.T) {
	_, diags := resolveText(t, resolve.Inputs{Variables: map[string]resolve.Given{"n": {Raw: "many", From: "-var"}}}, `
variable "n" { type = number }
locals { wait = "${var.n}s" }
experiment "e" {
  labels = { n = var.n }
  steady_state {
    baseline = local.wait
    probe "http" "web" {
      for_each = { for i in range(var.n) : i => i }
      url      = "http://localhost/${each.key}"
    }
    assert "a" { condition = alltrue([for p in probe.web : p.success_ratio > 0.5]) }
  }
}
policy { max_targets_percent = var.n }`)
	require.Len(t, diags, 1)
	assert.Equal(t, "Invalid value for variable", diags[0].Summary)
}

func TestCheckingTakesMissingVariablesAsUnknown(t *testing.T) {
	const config = `
variable "urls" { type = set(string) }
variable "wait" { type = string }
experiment "e" {
  steady_state {
    baseline = var.wait
    probe "http" "web" {
      for_each = var.urls
      url      = each.key
    }
    assert "a" { condition = probe.web["a"].success_ratio > 0.5 }
  }
}`
	_, diags := resolveText(t, resolve.Inputs{AllowMissing: true}, config)
	assert.Empty(t, diags)
	_, diags = resolveText(t, resolve.Inputs{}, config)
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags[0].Detail, "-var 'urls=…'")
}

func TestModulesAreInstancesWithInputsAndOutputs(t *testing.T) {
	r, diags := resolveFiles(t, resolve.Inputs{}, map[string]string{
		"main.gameday.hcl": `
module "shop" {
  source   = "./shop"
  for_each = { a = 1, b = 2 }
  port     = each.value
}
module "caller" {
  source      = "./caller"
  environment = module.shop["b"].environment
  url         = module.shop["b"].url
}
suite "all" { experiments = [module.shop.experiment.e, module.caller.experiment.e] }
suite "one" { experiments = [module.shop["a"].experiment.e] }
suite "labelled" { select = { labels = { tier = "critical" } } }`,
		"shop/shop.gameday.hcl": `
variable "port" { type = number }
locals { url = "http://localhost:${var.port}" }
environment "fake" "shop" {
  process "web" { command = ["web"] }
}
output "url" { value = local.url }
output "environment" { value = environment.shop }
experiment "e" {
  labels = { tier = "critical" }
  steady_state {
    probe "http" "web" { url = local.url }
    assert "a" { condition = probe.web.success_ratio > 0.5 }
  }
}`,
		"caller/caller.gameday.hcl": `
variable "environment" {}
variable "url" {}
experiment "e" {
  environment = var.environment
  steady_state {
    probe "http" "web" { url = var.url }
    assert "a" { condition = probe.web.success_ratio > 0.5 }
  }
}`,
	})
	require.Empty(t, diags)
	require.Len(t, r.Experiments, 3)
	assert.Equal(t, "module.caller.experiment.e", r.Experiments[0].Addr.String())
	assert.Equal(t, `module.shop["b"].environment.shop`, r.Experiments[0].Environment)
	assert.Equal(t, "http://localhost:2", urlOf(t, r))
	assert.Len(t, r.Environments, 2)

	shops := []string{`module.shop["a"].experiment.e`, `module.shop["b"].experiment.e`}
	assert.Equal(t, []string{"module.caller.experiment.e", shops[0], shops[1]}, r.Suites[0].Experiments)
	assert.Equal(t, shops, r.Suites[1].Experiments, "suites are sorted: labelled before one")
	assert.Equal(t, shops[:1], r.Suites[2].Experiments)
}

func TestExperimentsRunAfterWhatTheyDependOn(t *testing.T) {
	r, diags := resolveFiles(t, resolve.Inputs{}, map[string]string{
		"main.gameday.hcl": `
locals { url = "http://localhost" }
module "first" { source = "./child" }
module "second" {
  source     = "./child"
  depends_on = [experiment.e]
}
experiment "a" {
  depends_on = [module.second]
  steady_state {
    probe "http" "web" { url = local.url }
    assert "a" { condition = probe.web.success_ratio > 0.5 }
  }
}` + probing,
		"child/child.gameday.hcl": `locals { url = "http://localhost" }` + probing,
	})
	require.Empty(t, diags)
	var order []string
	for _, e := range r.Experiments {
		order = append(order, e.Addr.String())
	}
	assert.Equal(t, []string{"experiment.e", "module.first.experiment.e", "module.second.experiment.e", "experiment.a"}, order)
}

func TestFaultsAreInTheOrderOfTheirInjection(t *testing.T) {
	r := mustResolve(t, resolve.Inputs{}, `
locals { url = "http://localhost" }
experiment "e" {
  seed = 7
  steady_state {
    probe "http" "web" { url = local.url }
    assert "a" { condition = probe.web.success_ratio > 0.5 }
  }
  fault "fake_delay" "a" {
    latency    = "1s"
    depends_on = [fault.z]
  }
  fault "fake_delay" "late" {
    latency = "1s"
    delay   = "5s"
  }
  fault "fake_delay" "z" {
    for_each = toset(["two", "one"])
    latency  = "1s"
    duration = "10s"
  }
  fault "fake_delay" "copy" {
    latency  = "1s"
    duration = fault.z["one"].duration
    seed     = 3
  }
}`)
	var order []string
	for _, f := range r.Experiments[0].Faults {
		order = append(order, f.Addr.Local())
	}
	assert.Equal(t, []string{`fault.z["one"]`, `fault.z["two"]`, "fault.a", "fault.copy", "fault.late"}, order)
	assert.Equal(t, []string{`fault.z["one"]`, `fault.z["two"]`}, r.Experiments[0].Faults[2].DependsOn)
	assert.Equal(t, 10*time.Second, r.Experiments[0].Faults[3].Duration)
	assert.Equal(t, int64(3), r.Experiments[0].Faults[3].Seed)
	assert.NotEqual(t, r.Experiments[0].Faults[0].Seed, r.Experiments[0].Faults[1].Seed, "instances choose apart")
}

// What follows a name in depends_on would be passed over: all instances come before.
func TestFaultsDependOnAllInstances(t *testing.T) {
	const config = `
locals { url = "http://localhost" }
experiment "e" {
  steady_state {
    probe "http" "web" { url = local.url }
    assert "a" { condition = probe.web.success_ratio > 0.5 }
  }
  fault "fake_delay" "a" {
    for_each = toset(["x", "y"])
    latency  = "1s"
  }
  fault "fake_delay" "b" {
    latency    = "1s"
    depends_on = [%s]
  }
}`
	for reference, refused := range map[string]bool{
		"fault.a":            false,
		`fault.a["x"]`:       true,
		`fault.a["nope"]`:    true,
		"fault.a.delay":      true,
		`fault.a["x"].delay`: true,
	} {
		r, diags := resolveText(t, resolve.Inputs{}, fmt.Sprintf(config, reference))
		if !refused {
			require.Empty(t, diags, reference)
			assert.Equal(t, []string{`fault.a["x"]`, `fault.a["y"]`}, r.Experiments[0].Faults[2].DependsOn, reference)
			continue
		}
		require.Len(t, diags, 1, reference)
		assert.Equal(t, "Invalid depends_on", diags[0].Summary, reference)
		assert.Contains(t, diags[0].Detail, "all instances of fault.a: write fault.a", reference)
		assert.Equal(t, "main.gameday.hcl:14", line(diags[0]), reference)
	}
}

func TestSeedsDependOnAddressesOnly(t *testing.T) {
	a, b := mustResolve(t, resolve.Inputs{}, shop), mustResolve(t, resolve.Inputs{}, shop)
	assert.Equal(t, a.Experiments[0].Faults[0].Seed, b.Experiments[0].Faults[0].Seed)
	assert.Equal(t, a.Seed, b.Seed)
	assert.NotZero(t, a.Seed)
}

func TestSecretsAreCollectedAndProvidersSeeThemPlain(t *testing.T) {
	r := mustResolve(t, resolve.Inputs{}, `
variable "token" {
  default   = "hunter2"
  sensitive = true
}
locals {
  url    = "http://localhost"
  header = "Bearer ${var.token}"
}
experiment "e" {
  steady_state {
    probe "http" "web" {
      url   = local.url
      token = local.header
    }
    assert "a" { condition = probe.web.success_ratio > 0.5 }
  }
  fault "fake_delay" "f" {
    latency = "1s"
    token   = "literal"
  }
}`)
	values, diags := r.Experiments[0].Probes[0].Body.Decode(nil)
	require.Empty(t, diags)
	assert.Equal(t, "Bearer hunter2", values.String("token"))
	assert.False(t, values.Cty().ContainsMarked())
	assert.Equal(t, []string{"Bearer hunter2", "hunter2", "literal"}, r.Secrets())
}

func TestJSONSyntaxMeansTheSame(t *testing.T) {
	r, diags := resolveFiles(t, resolve.Inputs{}, map[string]string{"main.gameday.hcl.json": `{
  "environment": {"fake": {"shop": {"process": {"web": {"command": ["web"]}}}}},
  "experiment": {"e": {
    "environment": "${environment.shop}",
    "steady_state": {
      "probe": {"http": {"web": {"url": "http://localhost:${environment.shop.process.web.port}"}}},
      "assert": {"a": {"condition": "${probe.web.last.status == 200 && probe.web.last.body != \"\"}"}}
    },
    "fault": {"fake_delay": {"f": {"latency": "1s", "rule": [{"port": 80}, {"port": 81}]}}}
  }},
  "suite": {"s": {"experiments": ["experiment.e"]}}
}`})
	require.Empty(t, diags)
	e := r.Experiments[0]
	assert.Equal(t, "environment.shop", e.Environment)
	assert.Equal(t, `probe.web.last.status == 200 && probe.web.last.body != ""`, e.Asserts[0].Condition.Text())
	values, _ := e.Faults[0].Body.Decode(nil)
	assert.Len(t, values.Blocks("rule"), 2)
	assert.Equal(t, []string{"experiment.e"}, r.Suites[0].Experiments)
}

func TestAChainOfAnyLengthIsResolved(t *testing.T) {
	config := "locals {\n  l0 = \"http://localhost\"\n"
	for i := 1; i <= 500; i++ {
		config += "  l" + itoa(i) + " = local.l" + itoa(i-1) + "\n"
	}
	r := mustResolve(t, resolve.Inputs{}, config+"  url = local.l500\n}\n"+probing)
	assert.Equal(t, "http://localhost", urlOf(t, r))
}

func itoa(n int) string { return cty.NumberIntVal(int64(n)).AsBigFloat().Text('f', 0) }
