// Package bodytest decodes configuration bodies for the tests of providers, by
// the same way as the language does.
package bodytest

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Decode is the values of a body in HCL. The variable "unknown" is not known in
// it, and var.token is a text. A body that the schema refuses fails the test.
func Decode(tb testing.TB, block *schema.Block, source string) schema.Values {
	tb.Helper()
	values, diags := Try(block, source)
	require.False(tb, diags.HasErrors(), "%s\n%s", diags, source)
	return values
}

// Try is Decode, with the schema's diagnostics.
func Try(block *schema.Block, source string) (schema.Values, hcl.Diagnostics) {
	file, diags := hclsyntax.ParseConfig([]byte(source), "test.gameday.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		return schema.Values{}, diags
	}
	scope := &hcl.EvalContext{Variables: map[string]cty.Value{
		"unknown": cty.DynamicVal,
		"var":     cty.ObjectVal(map[string]cty.Value{"token": cty.StringVal("t0k3n")}),
	}, Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc}}
	value, diags := hcldec.Decode(file.Body, block.Spec(), scope)
	return schema.NewValues(value), diags
}

// Summarized requires that a type tells a body in HCL by a phrase.
func Summarized(tb testing.TB, t providers.Type, body, want string) {
	tb.Helper()
	summary, ok := providers.As[providers.WithSummary](t)
	require.True(tb, ok, "%s tells nothing in plans", t.TypeName())
	require.Equal(tb, want, summary.Summary(Decode(tb, t.Schema(), body)), body)
}

// Documented requires that a schema can be documented: every block and
// attribute has a description, every attribute an example that the attribute
// itself accepts.
func Documented(tb testing.TB, block *schema.Block) {
	tb.Helper()
	require.NotEmpty(tb, block.Description)
	for _, attr := range block.Attributes {
		require.NotEmpty(tb, attr.Description, attr.Name)
		require.NotEmpty(tb, attr.Example, attr.Name)
		attr.Required = false
		alone := &schema.Block{Attributes: []schema.Attribute{attr}}
		_, diags := Try(alone, attr.Name+" = "+attr.Example+"\n")
		require.False(tb, diags.HasErrors(), "the example of %s: %s", attr.Name, diags)
	}
	for _, nested := range block.Blocks {
		Documented(tb, nested.Block)
	}
}
