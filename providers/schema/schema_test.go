package schema_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/schema"
)

// block has one of everything.
func block() *schema.Block {
	text := schema.Type{Kind: schema.String}
	return &schema.Block{
		Description: "One of everything.",
		Attributes: []schema.Attribute{
			{Name: "name", Type: text, Required: true, Description: "What it is called.", Example: `"payments"`},
			{Name: "mode", Type: text, OneOf: []string{"read", "write"}, Default: cty.StringVal("read"), Description: "How."},
			{Name: "latency", Type: schema.Type{Kind: schema.Duration}, Description: "How long.", Example: `"300ms"`},
			{Name: "offset", Type: schema.Type{Kind: schema.Duration}, Min: schema.Number(-3600), Max: schema.Number(3600), Description: "Signed."},
			{Name: "size", Type: schema.Type{Kind: schema.Size}, Min: schema.Number(1024), Description: "How much."},
			{Name: "rate", Type: schema.Type{Kind: schema.Rate}, Default: cty.StringVal("1mbit"), Description: "How fast."},
			{Name: "percent", Type: schema.Type{Kind: schema.Percent}, Description: "Share."},
			{Name: "ratio", Type: schema.Type{Kind: schema.Ratio}, Description: "Share."},
			{Name: "port", Type: schema.Type{Kind: schema.Numeric}, Min: schema.Number(1), Max: schema.Number(65535), Description: "Where."},
			{Name: "on", Type: schema.Type{Kind: schema.Bool}, Description: "Whether."},
			{Name: "token", Type: text, Sensitive: true, OneOf: []string{"a", "b"}, Description: "Secret."},
			{Name: "delays", Type: schema.Type{Kind: schema.Duration, Of: schema.ListOf}, Description: "Many."},
			{Name: "limits", Type: schema.Type{Kind: schema.Size, Of: schema.MapOf}, Description: "By name."},
			{Name: "any", Type: schema.Type{Kind: schema.Any}, Description: "Whatever."},
			{Name: "count", Type: schema.Type{Kind: schema.Whole}, Description: "This many."},
			{Name: "all", Type: schema.Type{Kind: schema.Bool}, Description: "All of them."},
		},
		Exclusive: [][]string{{"count", "all", "target"}},
		Blocks: []schema.NestedBlock{
			{Name: "target", Block: &schema.Block{Attributes: []schema.Attribute{
				{Name: "names", Type: schema.Type{Kind: schema.String, Of: schema.ListOf}, Description: "Which.", Example: `["payments"]`},
			}}},
			{Name: "rule", Nesting: schema.List, Block: &schema.Block{Attributes: []schema.Attribute{
				{Name: "value", Type: schema.Type{Kind: schema.Any}, Description: "Whatever."},
			}}},
			{Name: "process", Nesting: schema.Map, Label: "name", Required: true, Block: &schema.Block{Attributes: []schema.Attribute{
				{Name: "command", Type: schema.Type{Kind: schema.String, Of: schema.ListOf}, Required: true, Description: "What to run."},
				{Name: "extra", Type: schema.Type{Kind: schema.Any}, Description: "Whatever."},
			}}},
		},
	}
}

// minimal is what the block requires.
const minimal = "name = \"x\"\nprocess \"web\" {\n  command = [\"web\"]\n}\n"

func decode(t *testing.T, text string, variables map[string]cty.Value) (schema.Values, hcl.Diagnostics) {
	t.Helper()
	return decodeBlock(t, block(), text, variables)
}

func decodeBlock(t *testing.T, block *schema.Block, text string, variables map[string]cty.Value) (schema.Values, hcl.Diagnostics) {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(text), "main.hcl", hcl.InitialPos)
	require.False(t, diags.HasErrors(), "%s", diags)
	ctx := &hcl.EvalContext{Variables: variables}
	value, diags := hcldec.Decode(dynblock.Expand(file.Body, ctx), block.Spec(), ctx)
	return schema.NewValues(value), diags
}

func TestDefaultsAreAppliedAndTheRestIsNull(t *testing.T) {
	v, diags := decode(t, minimal, nil)
	require.Empty(t, diags)
	assert.Equal(t, "read", v.String("mode"))
	assert.Equal(t, int64(1_000_000), v.Rate("rate"))
	for _, name := range []string{"latency", "percent", "delays", "any", "target"} {
		assert.False(t, v.Known(name), name)
	}
	assert.Empty(t, v.Blocks("rule"))
	assert.Equal(t, []string{"web"}, v.BlockMap("process")["web"].Strings("command"))
}

func TestUnknownAndNullPass(t *testing.T) {
	v, diags := decode(t, minimal+`
latency = later
delays  = ["1s", later]
port    = null
count   = later
all     = true
rule { value = later }
process "db" {
  command = later
  extra   = 1
}
`, map[string]cty.Value{"later": cty.DynamicVal})
	require.Empty(t, diags)
	assert.False(t, v.Known("latency"))
	assert.Len(t, v.BlockMap("process"), 2, "blocks of one map may differ in what is known")
}

func TestProblemsSayExpectedFoundAndWhatToDo(t *testing.T) {
	for text, want := range map[string]string{
		`latency = 300`:                  `"300" is not a duration: expected a number with a unit`,
		`latency = "-1s"`:                `"-1s" is out of range: expected a duration with a unit that is not negative.`,
		`offset = "-2h"`:                 `"-2h" is out of range: expected a duration with a unit between "-1h" and "1h".`,
		`size = "64 Mo"`:                 `"64 Mo" is not a size`,
		`size = "512B"`:                  `"512B" is out of range: expected a size with a unit of at least "1Ki".`,
		`rate = "1Mbps"`:                 `"1Mbps" is not a rate`,
		`percent = 101`:                  `101 is out of range: expected a percentage between 0 and 100.`,
		`ratio = 1.5`:                    `1.5 is out of range: expected a ratio between 0 and 1.`,
		`port = 0`:                       `0 is out of range: expected a number between 1 and 65535.`,
		`port = 1e20000000`:              `more than 1e+308 is out of range: expected a number between 1 and 65535.`,
		`port = 1e-20000000`:             `almost 0 is out of range: expected a number between 1 and 65535.`,
		`count = 1.9`:                    `1.9 has a fraction: expected a whole number.`,
		`count = 1e30`:                   `1000000000000000000000000000000 is out of range: expected a whole number with at most 15 digits.`,
		`count = -1e15`:                  `-1000000000000000 is out of range: expected a whole number with at most 15 digits.`,
		`count = -1e20000000`:            `less than -1e+308 is out of range: expected a whole number with at most 15 digits.`,
		`mode = "wirte"`:                 `"wirte" is not allowed here: expected "read" or "write". Did you mean "write"?`,
		`token = "hunter2"`:              `The value, which is sensitive and not shown, is not as expected: "a" or "b".`,
		`latency = secret`:               `The value, which is sensitive and not shown`,
		`delays = ["1s", "soon"]`:        `"soon" is not a duration`,
		`limits = { a = "much" }`:        `"much" is not a size`,
		"count = 1\nall = true":          `Only one of "count", "all" and "target" may be set, and "count" and "all" are.`,
		"count = 1\ntarget {}":           `Only one of "count", "all" and "target" may be set, and "count" and "target" are.`,
		`lateny = "1s"`:                  `Did you mean "latency"?`,
		`port = "http"`:                  `a number is required`,
		"process \"web\" {\n}":           `The argument "command" is required`,
		"target {}\ntarget {}":           `Only one block of type "target" is allowed.`,
		`process "web" { command = [] }`: `The process labels must be unique.`,
	} {
		t.Run(text, func(t *testing.T) {
			_, diags := decode(t, minimal+text+"\n", map[string]cty.Value{"secret": cty.StringVal("hunter2").Mark("secret")})
			require.True(t, diags.HasErrors())
			assert.Contains(t, diags.Error(), want)
			assert.NotContains(t, diags.Error(), "hunter2")
			for _, d := range diags {
				assert.NotNil(t, d.Subject)
			}
		})
	}
}

func TestARequiredMapNeedsABlock(t *testing.T) {
	_, diags := decode(t, `name = "x"`, nil)
	require.Len(t, diags, 1)
	assert.Equal(t, "At least one process block is required here; each has a label, its name.", diags[0].Detail)
}

func TestElementsAreNamed(t *testing.T) {
	_, diags := decode(t, minimal+`limits = { a = "1Mi", b = "much" }`, nil)
	require.Len(t, diags, 1)
	assert.Equal(t, `Invalid value for "limits[\"b\"]"`, diags[0].Summary)
}

// TestNullElementsAreRefused in lists and maps of every kind: a selector or a guardrail without one is another one.
func TestNullElementsAreRefused(t *testing.T) {
	kinds := []schema.Kind{schema.String, schema.Numeric, schema.Whole, schema.Bool, schema.Duration, schema.Size, schema.Rate, schema.Percent, schema.Ratio}
	const hint = ` A variable whose default is env("NAME") is null where that is not set. Give it a value, or leave the element out.`
	variables := map[string]cty.Value{"unset": cty.NullVal(cty.String), "secret": cty.NullVal(cty.String).Mark("secret"), "later": cty.DynamicVal}
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			block := &schema.Block{Attributes: []schema.Attribute{
				{Name: "list", Type: schema.Type{Kind: kind, Of: schema.ListOf}},
				{Name: "map", Type: schema.Type{Kind: kind, Of: schema.MapOf}},
			}}
			for text, want := range map[string]string{
				`list = [later, null]`:           `list[1] is null: expected `,
				`list = [unset]`:                 `list[0] is null: expected `,
				`list = [secret]`:                `list[0] is null: expected `,
				`map = { a = null }`:             `map["a"] is null: expected `,
				`map = { a = later, b = unset }`: `map["b"] is null: expected `,
			} {
				_, diags := decodeBlock(t, block, text, variables)
				require.Len(t, diags, 1, text)
				assert.Contains(t, diags[0].Summary, "Invalid value for")
				assert.Contains(t, diags[0].Detail, want)
				assert.Contains(t, diags[0].Detail, hint)
				assert.Equal(t, strings.Index(text, "=")+2, diags[0].Subject.Start.Byte)
			}
			for _, text := range []string{`list = [later]`, `map = { a = later }`, `list = later`, `map = null`, `list = null`} {
				_, diags := decodeBlock(t, block, text, variables)
				assert.Empty(t, diags, text)
			}
		})
	}
}

// TestIntIsAlwaysAnInt: a float that no int holds is any int for a processor, also a negative one.
func TestIntIsAlwaysAnInt(t *testing.T) {
	for text, want := range map[string]int{"5": 5, "-5": -5, "1.9": 1, "-1.9": -1, "1e30": 1e15, "-1e30": -1e15, "1e20000000": 1e15, "999999999999999": 999999999999999} {
		v := schema.NewValues(cty.ObjectVal(map[string]cty.Value{"n": cty.MustParseNumberVal(text)}))
		assert.Equal(t, want, v.Int("n"), text)
	}
}

func TestNumbersAreShownSoonAndShort(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "42": "42", "-7": "-7", "0.1": "0.1", "1234567.5": "1234567.5", "0.0000001": "1e-07",
		"123456789012345678901234567890": "123456789012345678901234567890",
		"1e100":                          "1e+100",
		"-1e100":                         "-1e+100",
		"1e20000000":                     "more than 1e+308",
		"-1e20000000":                    "less than -1e+308",
		"1e-20000000":                    "almost 0",
	} {
		assert.Equal(t, want, schema.NumberText(cty.MustParseNumberVal(text).AsBigFloat()), text)
	}
}

// TestAnyElementMayBeNull: what takes whatever is given leaves nothing out.
func TestAnyElementMayBeNull(t *testing.T) {
	block := &schema.Block{Attributes: []schema.Attribute{{Name: "map", Type: schema.Type{Kind: schema.Any, Of: schema.MapOf}}}}
	v, diags := decodeBlock(t, block, `map = { a = null }`, nil)
	require.Empty(t, diags)
	assert.True(t, v.Attr("map").Index(cty.StringVal("a")).IsNull())
}

func TestVerifyFindsMistakesInDescriptions(t *testing.T) {
	require.NoError(t, block().Verify())
	text := schema.Type{Kind: schema.String}
	bad := &schema.Block{
		Attributes: []schema.Attribute{
			{Name: "a b", Type: text, Description: "x."},
			{Name: "twice", Type: text, Description: "x."},
			{Name: "twice", Type: text, Description: "x."},
			{Name: "silent", Type: text},
			{Name: "always", Type: text, Description: "x.", Required: true, Default: cty.StringVal("x")},
			{Name: "wrong", Type: text, Description: "x.", Default: cty.NumberIntVal(1)},
			{Name: "unit", Type: schema.Type{Kind: schema.Duration}, Description: "x.", Default: cty.StringVal("5")},
			{Name: "min", Type: text, Description: "x.", Min: schema.Number(1)},
			{Name: "choice", Type: schema.Type{Kind: schema.Bool}, Description: "x.", OneOf: []string{"a"}},
			{Name: "example", Type: text, Description: "x.", Example: `"`},
		},
		Exclusive: [][]string{{"always", "nowhere"}},
		Blocks:    []schema.NestedBlock{{Name: "dynamic", Block: &schema.Block{}}, {Name: "empty"}},
	}
	err := bad.Verify()
	require.Error(t, err)
	for _, want := range []string{
		"a b: not an identifier", "twice: the name is taken", "silent: the description", "always: required, and has a default",
		"wrong: the default is a number", "unit: the default is refused", "min: Min and Max", "choice: OneOf", "example: the example",
		`there is no "nowhere"`, `"always" is always set`, "dynamic: the name is taken", "empty: a block without a body",
	} {
		assert.ErrorContains(t, err, want)
	}
}

func TestNearest(t *testing.T) {
	for _, test := range []struct {
		given string
		names []string
		want  string
	}{
		{"latncy", []string{"latency", "rate"}, "latency"},
		{"network_delay", []string{"local_network_delay"}, "local_network_delay"},
		{"URL", []string{"url"}, "url"},
		{"a", []string{"b"}, ""},
		{"completely", []string{"different"}, ""},
		{"p98", []string{"p90", "p99"}, "p90"},
		{"x", nil, ""},
	} {
		assert.Equal(t, test.want, schema.Nearest(test.given, test.names), test.given)
	}
}
