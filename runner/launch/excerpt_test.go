package launch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/diag"
)

const (
	sensitiveToken = "variable \"token\" {\n  type      = string\n  sensitive = true\n}\n"
	plainToken     = "variable \"token\" {\n  type = string\n}\n"
	plainSize      = "variable \"size\" {\n  type = number\n}\n"
)

// inFile reads a variable file beside declarations, and gives what is shown of
// it on a terminal and as JSON, with the problems.
func inFile(t *testing.T, declared, name, text string) (shown string, diags hcl.Diagnostics) {
	t.Helper()
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("main.gameday.hcl", []byte(declared), 0o600))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	cfg, _ := config.LoadDir(".")
	var assignments []Assignment
	if !strings.Contains(name, ".auto.") {
		assignments = []Assignment{{File: name}}
	}
	_, diags = Variables(cfg, ".", assignments)
	var out strings.Builder
	require.NoError(t, diag.WriteText(&out, diags, cfg.Sources.Files(), diag.Style{Width: 200}))
	require.NoError(t, diag.WriteJSON(&out, diags, cfg.Sources.Files()))
	return out.String(), diags
}

// TestFilesWithSecretsAreNotShown: each of these is how somebody has written a
// secret, and a check of it may run where others read the log.
func TestFilesWithSecretsAreNotShown(t *testing.T) {
	const hclFile, jsonFile = "x.vars.hcl", "x.vars.hcl.json"
	for name, c := range map[string]struct {
		declared, file, text, at, summary string
	}{
		"no quotes":            {sensitiveToken, hclFile, `token = hunter2`, "x.vars.hcl:1, in column 9", "Variables not allowed"},
		"no quotes, by itself": {sensitiveToken, "x.auto.vars.hcl", `token = hunter2`, "x.auto.vars.hcl:1, in column 9", "Variables not allowed"},
		"another name":         {sensitiveToken, "prod.tfvars", "\ntoken = hunter2", "prod.tfvars:2, in column 9", "Variables not allowed"},
		"a reference in it":    {sensitiveToken, hclFile, `token = "hunter2-${x}secret"`, "x.vars.hcl:1, in column 20", "Variables not allowed"},
		"a call":               {sensitiveToken, hclFile, `token = hunter2("x")`, "x.vars.hcl:1, in column 9", "Function calls not allowed"},
		"an attribute":         {sensitiveToken, hclFile, `token = {}.hunter2`, "x.vars.hcl:1, in column 11", "Unsupported attribute"},
		"an escape":            {sensitiveToken, hclFile, `token = "hunter2-\qsecret"`, "x.vars.hcl:1, in column 18", "Invalid escape sequence"},
		"no closing quote":     {sensitiveToken, hclFile, "token = \"hunter2\n", "x.vars.hcl:1, in column 17", "Invalid multi-line string"},
		"a line after that":    {sensitiveToken, hclFile, "size = 1\ntoken = \"a\nhunter2: b\n\"\n", "x.vars.hcl:2, in column 11", "Invalid multi-line string"},
		"a colon":              {sensitiveToken, hclFile, "size = 1\ntoken: hunter2", "x.vars.hcl:2, in column 1", "Colon in place of an equals sign"},
		"YAML":                 {sensitiveToken, hclFile, `token: hunter2`, "x.vars.hcl:1, in column 1", "Not HCL"},
		"twice":                {sensitiveToken, hclFile, "token = \"hunter2\"\ntoken = \"hunter2\"", "x.vars.hcl:2, in column 1", "Attribute redefined"},
		"a block":              {sensitiveToken, hclFile, `hunter2 {}`, "x.vars.hcl:1, in column 1", "Invalid variable file"},
		"no UTF-8":             {sensitiveToken, hclFile, "token = \"hunter2\xff\"", "x.vars.hcl:1, in column 17", "Invalid character encoding"},
		"misspelt":             {sensitiveToken, hclFile, `tokn = hunter2`, "x.vars.hcl:1, in column 8", "Variables not allowed"},
		"JSON":                 {sensitiveToken, jsonFile, `{"token": hunter2}`, "x.vars.hcl.json:1, in column 11", "Invalid JSON keyword"},
		"beside it in JSON":    {sensitiveToken + plainSize, jsonFile, `{"token": "hunter2", "size": }`, "x.vars.hcl.json:1, in column 30", "Missing JSON value"},
		"sensitive as a text":  {strings.Replace(sensitiveToken, "true", `"yes"`, 1), hclFile, `token = hunter2`, "x.vars.hcl:1, in column 9", "Variables not allowed"},
		"not known what is":    {plainToken + "variable {", hclFile, `token = hunter2`, "x.vars.hcl:1, in column 9", "Variables not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			shown, diags := inFile(t, c.declared, c.file, c.text)
			require.NotEmpty(t, diags)
			assert.Equal(t, c.summary, diags[0].Summary)
			assert.Contains(t, diags[0].Detail, "It is at "+c.at)
			assert.Equal(t, 2, strings.Count(shown, "It is at "+c.at), "on the terminal and in JSON")
			assert.NotContains(t, shown, "hunter2")
			assert.NotContains(t, shown, "secret")
			assert.NotContains(t, shown, `"code"`)
		})
	}
}

// TestFilesWithoutSecretsAreShown: an excerpt says most, where it gives nothing away.
func TestFilesWithoutSecretsAreShown(t *testing.T) {
	for name, c := range map[string]struct{ declared, file, text string }{
		"a value":               {plainToken, "x.vars.hcl", `token = shown`},
		"not declared":          {plainToken, "x.vars.hcl", `tokn = shown`},
		"syntax":                {plainToken, "x.vars.hcl", `token = "shown\q"`},
		"JSON":                  {plainToken, "x.vars.hcl.json", `{"token": shown}`},
		"beside sensitive ones": {sensitiveToken + plainSize, "x.vars.hcl", "token = \"hunter2\"\nsize = shown"},
	} {
		t.Run(name, func(t *testing.T) {
			shown, diags := inFile(t, c.declared, c.file, c.text)
			require.NotEmpty(t, diags)
			assert.NotNil(t, diags[0].Subject)
			assert.Equal(t, 1, strings.Count(shown, `"code"`))
			assert.Contains(t, shown, "shown")
			assert.NotContains(t, shown, "hunter2")
		})
	}
}

// TestProblemsKeepTheirOrder: those without a place come as they are found.
func TestProblemsKeepTheirOrder(t *testing.T) {
	_, diags := inFile(t, sensitiveToken, "x.vars.hcl", "c = c\na = a\ntoken = b\nb = d\n")
	require.Len(t, diags, 4)
	for i, at := range []string{"x.vars.hcl:1,", "x.vars.hcl:2,", "x.vars.hcl:3,", "x.vars.hcl:4,"} {
		assert.Contains(t, diags[i].Detail, at)
	}
}

// TestMissingFilesAreNamed also where there are secrets: nothing of them is known.
func TestMissingFilesAreNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("main.gameday.hcl", []byte(sensitiveToken), 0o600))
	cfg, _ := config.LoadDir(".")
	_, diags := Variables(cfg, ".", []Assignment{{File: filepath.Join("no", "x.vars.hcl")}})
	require.Len(t, diags, 1)
	assert.Equal(t, `Cannot read the file "no/x.vars.hcl": no such file or directory.`, diags[0].Detail)
}
