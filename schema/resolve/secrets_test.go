package resolve_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// leaky declares what the tests hand on to providers and functions, which quote
// what they got.
const leaky = `
variable "password" {
  type      = string
  sensitive = true
}
`

func TestDiagnosticsTellNoSecrets(t *testing.T) {
	password := map[string]resolve.Given{"password": {Raw: `hun"ter2`, From: "-var"}}
	for name, c := range map[string]struct{ text, summary, detail string }{
		"an environment's plan": {
			`environment "fake" "shop" {
  process "web" { command = ["missing-${var.password}"] }
}`, "No executable (sensitive)", `There is no "(sensitive)".`,
		},
		"a probe's validation": {
			`experiment "e" {
  steady_state {
    probe "http" "web" { url = "nowhere/${var.password}" }
    assert "a" { condition = probe.web.success_ratio > 0.5 }
  }
}`, "Invalid URL", `"(sensitive)" cannot be connected to.`,
		},
		"a function": {
			`locals { port = parseint(var.password, 10) }`, "Invalid function argument",
			`Invalid value for "number" parameter: cannot parse "(sensitive)" as a base 10 integer.`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := resolveText(t, resolve.Inputs{Variables: password}, leaky+c.text)
			require.Len(t, diags, 1)
			assert.Equal(t, c.summary, diags[0].Summary)
			assert.Equal(t, c.detail, diags[0].Detail)
		})
	}
}

// TestLaterDiagnosticsTellNoSecrets: providers are asked again when Resolve is done.
func TestLaterDiagnosticsTellNoSecrets(t *testing.T) {
	in := resolve.Inputs{Variables: map[string]resolve.Given{"password": {Raw: "hunter2", From: "-var"}}}
	r, diags := resolveText(t, in, leaky+`environment "fake" "shop" {
  process "web" { command = [var.password] }
}`)
	require.Empty(t, diags)
	diags = r.Environments[0].Body.Diagnostics(providers.Warningf(nil, "No hunter2", "There is no %q.", "x-hunter2"))
	require.Len(t, diags, 1)
	assert.Equal(t, hcl.DiagWarning, diags[0].Severity)
	assert.Equal(t, "No (sensitive)", diags[0].Summary)
	assert.Equal(t, `There is no "x-(sensitive)".`, diags[0].Detail)
}

// TestLaterDecodingTellsNoSecrets: an environment's body is decoded again when it
// comes up, with what was not known before.
func TestLaterDecodingTellsNoSecrets(t *testing.T) {
	in := resolve.Inputs{Variables: map[string]resolve.Given{"password": {Raw: "hunter2", From: "-var"}}}
	r, diags := resolveText(t, in, leaky+`environment "fake" "shop" {
  process "web" { command = [parseint("${self.id}-${var.password}", 10)] }
}`)
	require.Empty(t, diags)
	self := cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal("7")})
	_, diags = r.Environments[0].Body.Decode(map[string]cty.Value{"self": self})
	require.Len(t, diags, 1)
	assert.Contains(t, diags[0].Detail, `"7-(sensitive)"`)
}
