package plan

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// again makes a plan of the same directory with the variables of a saved plan,
// as apply does.
func again(t *testing.T, req Request, saved *Plan) (*Plan, Request) {
	t.Helper()
	inputs, err := Inputs(saved)
	require.NoError(t, err)
	cfg, diags := config.LoadDir(req.Dir)
	require.False(t, diags.HasErrors(), "%s", diags)
	r, diags := resolve.Resolve(t.Context(), cfg, req.Set, resolve.Inputs{Variables: inputs})
	require.False(t, diags.HasErrors(), "%s", diags)
	req.Resolved = r
	return built(t, req), req
}

// inModules is a module, called for two keys, whose bar comes from the
// environment, and whose condition has it.
func inModules(sensitive string) map[string]string {
	return map[string]string{
		"main.gameday.hcl": "module \"m\" {\n  for_each = toset([\"a\", \"b\"])\n  source   = \"./m\"\n}\n",
		"m/m.gameday.hcl": `
variable "least" {
  default   = env("GAMEDAY_TEST_LEAST")
  sensitive = ` + sensitive + `
}
variable "most" {
  default = 1
}
experiment "e" {
  steady_state {
    probe "fake" "p" {}
    assert "holds" {
      condition = probe.p.success_ratio >= coalesce(var.least, 0) && probe.p.success_ratio <= var.most
    }
  }
}
`,
	}
}

// TestPlansPinWhatModulesTakeFromTheEnvironment: a plan has conditions as they
// are written, and nothing else in it tells what they come to.
func TestPlansPinWhatModulesTakeFromTheEnvironment(t *testing.T) {
	t.Setenv("GAMEDAY_TEST_LEAST", "0.99")
	req := resolved(t, inModules("false"), nil)
	saved := built(t, req)
	require.Len(t, saved.Variables, 2, "one that is written in a file is pinned by that")
	assert.Equal(t, Variable{Name: `module.m["a"].var.least`, Value: `"0.99"`, Type: `"string"`}, saved.Variables[0])
	now, _ := again(t, req, saved)
	assert.Empty(t, Drift(saved, now))

	t.Setenv("GAMEDAY_TEST_LEAST", "0")
	now, _ = again(t, req, saved)
	changes := Drift(saved, now)
	require.Len(t, changes, 2)
	assert.Equal(t, `variable module.m["a"].var.least changed: was "0.99", is "0"`, changes[0].String())
	assert.False(t, AboutTargets(changes), "not to be allowed as targets are")

	require.NoError(t, os.Unsetenv("GAMEDAY_TEST_LEAST")) // restored by Setenv
	now, _ = again(t, req, saved)
	assert.Len(t, Drift(saved, now), 2)
}

func TestPlansSealWhatModulesTakeFromTheEnvironment(t *testing.T) {
	t.Setenv("GAMEDAY_TEST_LEAST", "0.98765")
	req := resolved(t, inModules("true"), nil)
	saved, err := Seal(built(t, req), req.Resolved.Variables)
	require.NoError(t, err)
	data, err := canonical(saved)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "0.98765")
	now, made := again(t, req, saved)
	assert.Empty(t, Drift(saved, now))
	assert.Empty(t, CheckSensitive(saved, made.Resolved.Variables))

	t.Setenv("GAMEDAY_TEST_LEAST", "0.5")
	_, made = again(t, req, saved)
	diags := CheckSensitive(saved, made.Resolved.Variables)
	require.Len(t, diags, 2)
	assert.Equal(t, "Sensitive variable differs from the plan", diags[0].Summary)
	assert.Equal(t, `The value of module.m["a"].var.least is not the one that the plan was made with. It is the default, which reads the environment: set that as it was, or make the plan again.`, diags[0].Detail)

	// Where it is not read any more, the variable is gone.
	require.NoError(t, os.WriteFile(filepath.Join(req.Dir, "main.gameday.hcl"), nil, 0o600))
	now, made = again(t, req, saved)
	assert.Empty(t, CheckSensitive(saved, made.Resolved.Variables))
	assert.Contains(t, Drift(saved, now), Change{ChangedVariable, `module.m["a"].var.least`, `(sensitive) of type "string"`, ""})
}

// TestPlansPinWhetherFilesAreThere of which the configuration asks no more.
func TestPlansPinWhetherFilesAreThere(t *testing.T) {
	files := room(`
  fault "fake_break" "f" {
    how = "gently"
  }`)
	files["m/m.gameday.hcl"] = "locals {\n  fast = fileexists(\"fast\") || fileexists(\"../m/sub\")\n}\noutput \"fast\" {\n  value = local.fast\n}\n"
	files["m/sub/x"] = ""
	files["calls.gameday.hcl"] = "module \"m\" {\n  source = \"./m\"\n}\n"
	req := resolved(t, files, nil)
	saved := built(t, req)
	assert.Contains(t, saved.Files, File{Name: "m/fast", Missing: true})
	assert.Contains(t, saved.Files, File{Name: "m/sub", Missing: true}, "a directory is no file")
	now, _ := again(t, req, saved)
	assert.Empty(t, Drift(saved, now))

	require.NoError(t, os.WriteFile(filepath.Join(req.Dir, "m", "fast"), nil, 0o600))
	now, _ = again(t, req, saved)
	changes := Drift(saved, now)
	require.Len(t, changes, 1)
	assert.Equal(t, "file m/fast changed: was not there, is there", changes[0].String())
}
