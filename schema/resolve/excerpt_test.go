package resolve_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/resolve"
)

// inFile is a value from a variable file of one line.
func inFile(name string, value cty.Value) resolve.Given {
	at := hcl.Range{Filename: name, Start: hcl.Pos{Line: 1, Column: 5, Byte: 4}, End: hcl.Pos{Line: 1, Column: 6, Byte: 5}}
	return resolve.Given{Value: value, From: name + ":1", Range: &at}
}

// line is the file and the line of a problem's place.
func line(d *hcl.Diagnostic) string {
	if d.Subject == nil {
		return "nowhere"
	}
	return fmt.Sprintf("%s:%d", filepath.Base(d.Subject.Filename), d.Subject.Start.Line)
}

const declarations = `
variable "password" {
  type      = string
  sensitive = true
  nullable  = false
  %s
}
variable "n" {
  type    = number
  default = 1
  %s
}`

// TestExcerptsShowNoSecrets: an excerpt has whole lines of the source, so that
// nothing may have its place where a secret may stand.
func TestExcerptsShowNoSecrets(t *testing.T) {
	const long = `validation {
    condition     = length(var.password) > 20
    error_message = "${var.password} is too short"
  }`
	const hclFile, jsonFile = "s.auto.vars.hcl", "s.auto.vars.hcl.json"
	for name, c := range map[string]struct {
		password, n string // more in the declarations
		given       map[string]resolve.Given
		at, want    string // where the problem has its place, and what it says
	}{
		"a validation": {
			long, "",
			map[string]resolve.Given{"password": inFile(hclFile, cty.StringVal("hunter2"))},
			"main.gameday.hcl:2", "The value of var.password was given by s.auto.vars.hcl:1.",
		},
		"a type": {
			"", "",
			map[string]resolve.Given{"password": inFile(hclFile, cty.ListVal([]cty.Value{cty.StringVal("hunter2")}))},
			"main.gameday.hcl:2", "The value of var.password, given by s.auto.vars.hcl:1, does not fit its type, string: ",
		},
		"null": {
			"", "",
			map[string]resolve.Given{"password": inFile(hclFile, cty.NullVal(cty.String))},
			"main.gameday.hcl:2", "var.password, given by s.auto.vars.hcl:1, is not nullable",
		},
		"a default": {
			`default = ["hunter2"]`, "", nil,
			"main.gameday.hcl:2", "main.gameday.hcl:6, does not fit",
		},
		"beside it in HCL": {
			`default = "hunter2"`, "",
			map[string]resolve.Given{"n": inFile(hclFile, cty.StringVal("many"))},
			"s.auto.vars.hcl:1", "The value of var.n does not fit its type",
		},
		"beside it in JSON": {
			`default = "hunter2"`, "",
			map[string]resolve.Given{"n": inFile(jsonFile, cty.StringVal("many"))},
			"main.gameday.hcl:8", "The value of var.n, given by s.auto.vars.hcl.json:1, does not fit its type",
		},
		"of another's validation": {
			`default = "hunter2"`, "validation {\n condition = var.n > 1\n error_message = \"n\"\n}",
			map[string]resolve.Given{"n": inFile(jsonFile, cty.NumberIntVal(0))},
			"main.gameday.hcl:8", "The value of var.n was given by s.auto.vars.hcl.json:1.",
		},
		"misspelt": {
			`default = ""`, "",
			map[string]resolve.Given{"pasword": inFile(hclFile, cty.StringVal("hunter2"))},
			"nowhere", `s.auto.vars.hcl:1 gives a value for "pasword"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := resolveText(t, resolve.Inputs{Variables: c.given}, fmt.Sprintf(declarations, c.password, c.n))
			require.Len(t, diags, 1)
			assert.Equal(t, c.at, line(diags[0]))
			assert.Contains(t, diags[0].Detail, c.want)
			assert.NotContains(t, diags[0].Detail, "hunter2")
		})
	}
}

func TestExcerptsOfModuleCallsShowNoSecrets(t *testing.T) {
	files := map[string]string{
		"main.gameday.hcl": "module \"m\" {\n  source   = \"./m\"\n  password = [\"hunter2\"]\n}",
		"m/m.gameday.hcl":  "variable \"password\" {\n  type      = string\n  sensitive = true\n}",
	}
	_, diags := resolveFiles(t, resolve.Inputs{}, files)
	require.Len(t, diags, 1)
	assert.Equal(t, "m.gameday.hcl:1", line(diags[0]))
	assert.Regexp(t, `given by \S*main\.gameday\.hcl:3, does not fit`, diags[0].Detail)
}
