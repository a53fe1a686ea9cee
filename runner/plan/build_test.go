package plan

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// resolved loads files from a fresh directory and resolves them.
func resolved(t testing.TB, files map[string]string, given map[string]resolve.Given) Request {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	cfg, diags := config.LoadDir(dir)
	require.False(t, diags.HasErrors(), "%s", diags)
	set, err := providers.NewSet(fakeProvider{"1.2.3"})
	require.NoError(t, err)
	r, diags := resolve.Resolve(context.Background(), cfg, set, resolve.Inputs{Variables: given})
	require.False(t, diags.HasErrors(), "%s", diags)
	return Request{Resolved: r, Set: set, Dir: dir, Version: "0.1.0"}
}

func built(t testing.TB, req Request) *Plan {
	t.Helper()
	p, diags := Build(context.Background(), req)
	require.False(t, diags.HasErrors(), "%s", diags)
	return p
}

// room is a configuration with one experiment, whose faults are left open.
func room(faults string) map[string]string {
	return map[string]string{"main.gameday.hcl": `
environment "fake" "room" {
  things = ["c", "a", "b", "d"]
}
environment "fake" "unused" {}

experiment "first" {
  environment = environment.room
  description = "Things break."
  labels      = { tier = "critical" }
  weight      = 2
  load "fake" "l" { timeout = "4s" }
  steady_state {
    baseline = "3s"
    probe "fake" "p" {
      interval = "100ms"
      timeout  = "1s"
    }
    assert "holds" {
      phases    = ["fault"]
      condition = probe.p.success_ratio >= 0.99
      window    = "2s"
    }
    recovery {
      within = "10s"
      hold   = "2s"
    }
  }
` + faults + `
  stop_condition "melt" {
    condition = probe.p.success_ratio < 0.1
  }
  rollback {
    timeout = "30s"
    action "fake" "flush" {}
  }
}
`}
}

func TestBuild(t *testing.T) {
	req := resolved(t, room(`
  fault "fake_break" "late" {
    things     = ["d", "b"]
    delay      = "1s"
    duration   = "4s"
    depends_on = [fault.early]
  }
  fault "fake_break" "early" {
    things   = ["a"]
    delay    = "500ms"
    duration = "10s"
    warn     = "it may hurt"
    lock     = "machine/cpu"
  }`), nil)
	p := built(t, req)

	assert.Equal(t, FormatVersion, p.Format)
	assert.Equal(t, []Provider{{"fake", "1.2.3"}}, p.Providers)
	require.Len(t, p.Environments, 1, "the one that nothing uses is not brought up")
	assert.Equal(t, "environment.room", p.Environments[0].Address)
	assert.Equal(t, []string{"a", "b", "c", "d"}, targetNames(p.Environments[0].Inventory))
	require.Len(t, p.Files, 1)
	assert.Equal(t, "main.gameday.hcl", p.Files[0].Name)
	assert.Len(t, p.Files[0].SHA256, 64)

	require.Len(t, p.Experiments, 1)
	e := p.Experiments[0]
	assert.Equal(t, "experiment.first", e.Address)
	assert.Equal(t, []Phase{{"baseline", 3}, {"inject", 1.5}, {"hold", 9}, {"revert", 0}, {"recovery", 2}}, e.Phases)
	assert.InDelta(t, 15.5, e.Expected, 1e-9)
	assert.InDelta(t, 3+4+15.5+10+2+30+4, e.Longest, 1e-9, "the later fault waits for the earlier one until its end")
	assert.Equal(t, "probe.p.success_ratio >= 0.99", e.Assertions[0].Condition)
	assert.Equal(t, []string{"fault"}, e.Assertions[0].Phases)
	assert.Equal(t, "probe.p.success_ratio < 0.1", e.Stops[0].Condition)
	assert.Equal(t, "action.flush", e.Rollback[0].Address)
	assert.Equal(t, Series{Address: "probe.p", Type: "fake", Interval: 0.1, Timeout: 1, Source: e.Probes[0].Source}, e.Probes[0])
	assert.Equal(t, 7, e.Source.Line)
	assert.Greater(t, e.Source.EndLine, 40, "the whole block")

	require.Len(t, e.Faults, 2)
	assert.Equal(t, "fault.early", e.Faults[0].Address, "in the order of injection")
	late := e.Faults[1]
	assert.InDelta(t, 1.5, late.Start, 1e-9)
	assert.Equal(t, []string{"fault.early"}, late.DependsOn)
	assert.Equal(t, []string{"b", "d"}, targetNames(late.Targets), "sorted")
	assert.Equal(t, 4, late.Population)
	assert.Equal(t, "breaks  for 4s", late.Effect)

	require.Len(t, p.Findings, 1)
	assert.Equal(t, Finding{
		Severity: SeverityWarning, Kind: KindProvider, Subject: "experiment.first.fault.early", Summary: "Careful", Detail: "it may hurt",
		Source: p.Findings[0].Source,
	}, p.Findings[0])
	assert.Equal(t, lineOf(t, req, "it may hurt"), p.Findings[0].Source.Line, "of the attribute")
	assert.Equal(t, Summary{Experiments: 1, Faults: 2, Targets: 3, Environments: 1, Warnings: 1, Seconds: 15.5}, p.Summary)
}

// lineOf is the line in which a text stands.
func lineOf(t *testing.T, req Request, text string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(req.Dir, "main.gameday.hcl"))
	require.NoError(t, err)
	before, _, found := strings.Cut(string(data), text)
	require.True(t, found)
	return strings.Count(before, "\n") + 1
}

func targetNames(targets []providers.Target) []string {
	var names []string
	for _, t := range targets {
		names = append(names, t.Name)
	}
	return names
}

func TestBuildFindings(t *testing.T) {
	files := room(`
  fault "fake_break" "f" {
    things = ["a", "b", "c"]
    lacks  = "root"
  }`)
	files["policy.gameday.hcl"] = `
policy {
  max_targets_percent = 50
  deny_context        = ["*prod*"]
}
`
	files["main.gameday.hcl"] = strings.Replace(files["main.gameday.hcl"], `"d"]`, `"d"]
  context = "eu-prod-1"`, 1)
	p := built(t, resolved(t, files, nil))
	var summaries []string
	for _, f := range p.Findings {
		assert.Equal(t, SeverityError, f.Severity)
		assert.NotZero(t, f.Source.Line)
		summaries = append(summaries, f.Summary)
	}
	assert.Equal(t, []string{
		"Denied context eu-prod-1", "Blast radius larger than the policy allows", "Missing permission: root",
	}, summaries)
	assert.Equal(t, 3, p.Summary.Errors)
}

func TestBuildReportsEveryProvidersError(t *testing.T) {
	req := resolved(t, room(`
  fault "fake_break" "one" {
    things = ["a"]
    fail   = "no such thing"
  }
  fault "fake_break" "two" {
    things = ["a"]
    fail   = "not today"
  }`), nil)
	p, diags := Build(context.Background(), req)
	assert.Nil(t, p)
	require.Len(t, diags, 2)
	assert.Equal(t, "no such thing", diags[0].Detail)
	assert.Equal(t, lineOf(t, req, "no such thing"), diags[0].Subject.Start.Line, "of the attribute")
	assert.Equal(t, "not today", diags[1].Detail)
}

func TestBuildUnknownTargets(t *testing.T) {
	p := built(t, resolved(t, room(`
  fault "fake_break" "f" {
    port = environment.room.port
  }`), nil))
	f := p.Experiments[0].Faults[0]
	assert.Empty(t, f.Targets)
	assert.Equal(t, "things are chosen by the seed", f.Unknown)
	assert.Zero(t, p.Summary.Targets)
}

func TestBuildNeverHoldsSecrets(t *testing.T) {
	files := room(`
  fault "fake_break" "f" {
    things = ["a"]
    how    = "with ${var.token}"
    warn   = var.token
    lacks  = var.nested.key
  }`)
	files["main.gameday.hcl"] = strings.Replace(files["main.gameday.hcl"], `"d"]`, `"d"]
  note = var.token`, 1) + `
variable "token" {
  type      = string
  sensitive = true
}
variable "nested" {
  type      = object({ key = string })
  sensitive = true
}
variable "shown" {
  default = { a = 1 }
}
`
	req := resolved(t, files, map[string]resolve.Given{"token": {Raw: "hunter2hunter2"}, "nested": {Raw: `{ key = "swordfish" }`}})
	p := built(t, req)
	sealed, err := Seal(p, req.Resolved.Variables)
	require.NoError(t, err)
	for _, p := range []*Plan{p, sealed} {
		data, err := canonical(p)
		require.NoError(t, err)
		assert.NotContains(t, string(data), "hunter2")
		assert.NotContains(t, string(data), "swordfish")
	}
	assert.Equal(t, "breaks (sensitive) for 30s", p.Experiments[0].Faults[0].Effect)
	assert.Equal(t, Variable{Name: "shown", Type: `["object",{"a":"number"}]`, Value: `{"a":1}`}, p.Variables[1])
	assert.True(t, p.Variables[0].Sensitive)
	assert.Empty(t, CheckSensitive(sealed, req.Resolved.Variables))
}

// TestBuildNeverHoldsSecretsInOtherForms: providers quote and encode what they
// were given. A saved plan, without secrets, is still the same as a new one.
func TestBuildNeverHoldsSecretsInOtherForms(t *testing.T) {
	files := room(`
  fault "fake_break" "f" {
    things = ["a"]
    how    = jsonencode({ key = nonsensitive(var.token) })
    warn   = "Basic ${base64encode(nonsensitive(var.token))}"
  }`)
	files["main.gameday.hcl"] = strings.Replace(files["main.gameday.hcl"], `"d"]`, `"d"]
  note = "token ${var.token}"`, 1)
	files["vars.gameday.hcl"] = "variable \"token\" {\n  type      = string\n  sensitive = true\n}\n"
	given := map[string]resolve.Given{"token": {Raw: `hun"ter2hunter2`}}
	req := resolved(t, files, given)
	p := built(t, req)
	assert.Equal(t, []string{`note "(sensitive)"`}, p.Environments[0].Steps)
	assert.Equal(t, `breaks {"key":"(sensitive)"} for 30s`, p.Experiments[0].Faults[0].Effect)
	assert.Equal(t, "Basic (sensitive)", p.Findings[0].Detail)

	path := filepath.Join(t.TempDir(), "a.plan")
	sealed, err := Seal(p, req.Resolved.Variables)
	require.NoError(t, err)
	require.NoError(t, Write(path, sealed))
	saved, err := Read(path)
	require.NoError(t, err)
	cfg, diags := config.LoadDir(req.Dir)
	require.False(t, diags.HasErrors())
	req.Resolved, diags = resolve.Resolve(context.Background(), cfg, req.Set, resolve.Inputs{Variables: given})
	require.False(t, diags.HasErrors(), "%s", diags)
	assert.Empty(t, Drift(saved, built(t, req)))
}

func TestBuildRedactsErrors(t *testing.T) {
	files := room(`
  fault "fake_break" "f" {
    fail = "cannot use ${var.token}"
  }`)
	files["vars.gameday.hcl"] = "variable \"token\" {\n  type      = string\n  sensitive = true\n}\n"
	_, diags := Build(context.Background(), resolved(t, files, map[string]resolve.Given{"token": {Raw: "hunter2"}}))
	require.Len(t, diags, 1)
	assert.NotContains(t, diags[0].Detail, "hunter2")
}

func TestInputsResolveTheSame(t *testing.T) {
	files := room(`
  fault "fake_break" "f" {
    things = var.things
  }`)
	files["vars.gameday.hcl"] = "variable \"things\" {\n  type = list(string)\n}\n"
	req := resolved(t, files, map[string]resolve.Given{"things": {Raw: `["a", "b"]`}})
	p := built(t, req)

	inputs, err := Inputs(p)
	require.NoError(t, err)
	cfg, diags := config.LoadDir(req.Dir)
	require.False(t, diags.HasErrors())
	r, diags := resolve.Resolve(context.Background(), cfg, req.Set, resolve.Inputs{Variables: inputs})
	require.False(t, diags.HasErrors(), "%s", diags)
	req.Resolved = r
	assert.Empty(t, Drift(p, built(t, req)))
}

func TestBuildPinsFilesReadByFunctions(t *testing.T) {
	files := room(`
  fault "fake_break" "f" {
    things = ["a"]
    how    = file("${path.module}/notes/how.txt")
  }`)
	files["notes/how.txt"] = "gently"
	files["a.auto.vars.hcl"] = ""
	p := built(t, resolved(t, files, nil))
	var names []string
	for _, f := range p.Files {
		names = append(names, f.Name)
	}
	assert.Equal(t, []string{"main.gameday.hcl", "notes/how.txt"}, names)
}

// TestBuildDoesNotPinVariableFiles: a plan has their values, and is applied
// without them. Their names are whatever -var-file was given.
func TestBuildDoesNotPinVariableFiles(t *testing.T) {
	files := room(`
  fault "fake_break" "f" {
    how = file("read.tfvars")
  }`)
	files["prod.hcl"], files["a.auto.vars.hcl"], files["read.tfvars"] = "", "", "# gently\n"
	req := resolved(t, files, nil)
	for _, name := range []string{"prod.hcl", "a.auto.vars.hcl", "read.tfvars"} {
		_, diags := req.Resolved.Config.Sources.ParseVars(filepath.Join(req.Dir, name))
		require.Empty(t, diags)
	}
	var names []string
	for _, f := range built(t, req).Files {
		names = append(names, f.Name)
	}
	assert.Equal(t, []string{"main.gameday.hcl", "read.tfvars"}, names, "what the configuration reads itself is pinned")
}

func TestBuildTargeted(t *testing.T) {
	req := resolved(t, map[string]string{"main.gameday.hcl": manyExperiments(3)}, nil)
	req.Targets = []string{"experiment.e0001"}
	p := built(t, req)
	require.Len(t, p.Experiments, 1)
	assert.Equal(t, "experiment.e0001", p.Experiments[0].Address)
	assert.Equal(t, []string{"experiment.e0001"}, p.Targeted)

	req.Targets = []string{"experiment.e0009"}
	_, diags := Build(context.Background(), req)
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags[0].Detail, "Did you mean experiment.e0000?")
}

func TestReseed(t *testing.T) {
	files := room(`
  fault "fake_break" "fixed" {
    things = ["a"]
    seed   = 7
  }
  fault "fake_break" "free" {
    things = ["a"]
  }`)
	seeds := func(seed int64) (free int64) {
		req := resolved(t, files, nil)
		Reseed(req.Resolved, seed)
		p := built(t, req)
		assert.Equal(t, seed, p.Seed)
		assert.Equal(t, int64(7), p.Experiments[0].Faults[0].Seed)
		return p.Experiments[0].Faults[1].Seed
	}
	assert.Equal(t, seeds(1), seeds(1))
	assert.NotEqual(t, seeds(1), seeds(2))
}

// TestBuildIsDeterministic: whatever the order in which files are found, maps
// are walked and faults answer, the bytes are the same.
func TestBuildIsDeterministic(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(root, "d") //nolint:usetesting // one for each draw, below the test's own
		require.NoError(t, err)
		n := rapid.IntRange(0, 6).Draw(rt, "experiments")
		text := manyExperiments(n)
		text = strings.ReplaceAll(text, `["t00"]`, fmt.Sprintf(`["t00", "t%02d", "t%02d"]`, rapid.IntRange(1, 9).Draw(rt, "a"), rapid.IntRange(10, 19).Draw(rt, "b")))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "main.gameday.hcl"), []byte(text), 0o644))
		require.Equal(t, planBytes(t, dir), planBytes(t, dir))
	})
}

func planBytes(t *testing.T, dir string) string {
	t.Helper()
	cfg, diags := config.LoadDir(dir)
	require.False(t, diags.HasErrors(), "%s", diags)
	set, err := providers.NewSet(fakeProvider{"1.2.3"})
	require.NoError(t, err)
	r, diags := resolve.Resolve(context.Background(), cfg, set, resolve.Inputs{})
	require.False(t, diags.HasErrors(), "%s", diags)
	data, err := encode(built(t, Request{Resolved: r, Set: set, Dir: dir, Version: "0.1.0"}))
	require.NoError(t, err)
	return string(data)
}

// TestBuildListsAreNeverNull: readers of the JSON may count on lists.
func TestBuildListsAreNeverNull(t *testing.T) {
	p := built(t, resolved(t, map[string]string{"main.gameday.hcl": ""}, nil))
	data, err := canonical(p)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "null")

	data, err = canonical(built(t, resolved(t, room(""), nil)))
	require.NoError(t, err)
	assert.NotContains(t, string(data), "null")
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			req := resolved(b, map[string]string{"main.gameday.hcl": manyExperiments(n)}, nil)
			b.ReportAllocs()
			for b.Loop() {
				if _, diags := Build(context.Background(), req); diags.HasErrors() {
					b.Fatal(diags)
				}
			}
		})
	}
}
