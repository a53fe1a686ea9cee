package resolve_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/lang"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// TestVariablesThatARunDependsOn: those of the root module, and what other
// modules take from the environment, by themselves and not by their caller.
func TestVariablesThatARunDependsOn(t *testing.T) {
	t.Setenv("GAMEDAY_TEST_HOST", "example")
	r, diags := resolveFiles(t, resolve.Inputs{}, map[string]string{
		"main.gameday.hcl": `
variable "root" { default = 1 }
module "a" {
  source = "./a"
  given  = "by the caller"
}
`,
		"a/a.gameday.hcl": `
variable "given" { default = env("GAMEDAY_TEST_HOST") }
variable "plain" { default = 2 }
module "b" {
  for_each = { x = 1 }
  source   = "../b"
}
`,
		"b/b.gameday.hcl.json": `{"variable": {
  "host": {"default": "${env(\"GAMEDAY_TEST_HOST\")}:80"},
  "none": {"default": "${try(env(\"GAMEDAY_TEST_NONE\"), 1)}", "sensitive": true}
}}`,
	})
	require.Empty(t, diags)
	assert.Equal(t, []string{`module.a.module.b["x"].var.host`, `module.a.module.b["x"].var.none`, "root"}, slices.Sorted(maps.Keys(r.Variables)))
	assert.Equal(t, cty.StringVal("example:80"), r.Variables[`module.a.module.b["x"].var.host`])
	assert.Equal(t, cty.NullVal(cty.String).Mark(lang.Sensitive), r.Variables[`module.a.module.b["x"].var.none`])
}
