package probing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
	"github.com/gameday-dev/gameday/providers/probing/bodytest"
	"github.com/gameday-dev/gameday/providers/schema"
)

func block() *schema.Block {
	return &schema.Block{
		Attributes: append(probing.ValueAttributes("the answer"), probing.JSONAttribute("the answer"),
			schema.Attribute{Name: "pattern", Type: schema.Type{Kind: schema.String}},
			schema.Attribute{Name: "patterns", Type: schema.Type{Kind: schema.String, Of: schema.MapOf}}),
		Blocks:    []schema.NestedBlock{probing.TLSBlock()},
		Exclusive: [][]string{probing.ValueExclusive()},
	}
}

func TestQueries(t *testing.T) {
	const document = `{"state": "up", "a-b": 1, "items": [{"n": 1}, {"n": 2}], "none": null}`
	for _, test := range []struct{ query, want string }{
		{`.state`, `"up"`},
		{`$.state`, `"up"`},
		{`$["a-b"]`, `1`},
		{`$['a-b']`, `1`},
		{`$.items[1].n`, `2`},
		{`.items[-1].n`, `2`},
		{`.items | length`, `2`},
		{`.items[].n`, `[1, 2]`},
		{`.none`, `null`},
		{`$`, document},
	} {
		t.Run(test.query, func(t *testing.T) {
			values := bodytest.Decode(t, block(), "json = { "+quote(test.query)+" = "+test.want+" }")
			expect, diags := probing.JSONExpectations(values, nil)
			require.Empty(t, diags)
			require.NoError(t, expect.Check(t.Context(), []byte(document)))
			require.Error(t, expect.Check(t.Context(), []byte(`{"items": [{"n": 7}], "none": 0}`)))
		})
	}
}

func quote(text string) string { return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"` }

func TestWhatJSONDoesNotSay(t *testing.T) {
	for _, test := range []struct{ body, document, want string }{
		{`json = { ".state" = "up" }`, `{"state": "down"}`, `expected .state to be "up", got "down"`},
		{`json = { ".n" = 1 }`, `{"n": 1.0}`, ``},
		{`json = { ".n" = 1 }`, `{"n": "1"}`, `expected .n to be 1, got "1"`},
		{`json = { ".n" = null }`, `{}`, ``},
		{`json = { ".l" = [1, "a"] }`, `{"l": [1, "a"]}`, ``},
		{`json = { ".items[].n" = 1 }`, `{"items": []}`, `.items[].n found nothing`},
		{`json = { ".a.b" = 1 }`, `{"a": 3}`, `.a.b: expected an object but got: number (3)`},
		{`json = { ".a" = 1, ".b" = 2 }`, `{"a": 2, "b": 1}`, "expected .a to be 1, got 2\nexpected .b to be 2, got 1"},
		{`json = { ".a" = 1 }`, "<html>\n", `expected JSON, got "<html>"`},
		{`json = { ".a" = 1 }`, "", `expected JSON, got nothing`},
	} {
		t.Run(test.body+test.document, func(t *testing.T) {
			expect, diags := probing.JSONExpectations(bodytest.Decode(t, block(), test.body), nil)
			require.Empty(t, diags)
			err := expect.Check(t.Context(), []byte(test.document))
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			assert.EqualError(t, err, test.want)
		})
	}
}

func TestValues(t *testing.T) {
	for _, test := range []struct {
		body, answer string
		want         float64
		err          string
	}{
		{body: `value_regex = "depth: ([0-9.]+)"`, answer: "depth: 4.5 m", want: 4.5},
		{body: `value_regex = "[0-9]+"`, answer: "x 17", want: 17},
		{body: `value_regex = "[0-9]+"`, answer: "none", err: `value_regex "[0-9]+" matches nothing in "none"`},
		{body: `value_regex = "(.*)"`, answer: "abc", err: `expected a number, got "abc"`},
		{body: `value_json = ".a"`, answer: `{"a": 2}`, want: 2},
		{body: `value_json = "$.a"`, answer: `{"a": "2.5"}`, want: 2.5},
		{body: `value_json = ".a | length"`, answer: `{"a": [1, 2, 3]}`, want: 3},
		{body: `value_json = ".a"`, answer: `{"a": {}}`, err: `expected a number at .a, got {}`},
		{body: `value_json = ".a"`, answer: `{}`, err: `expected a number at .a, got null`},
		{body: `value_json = ".a"`, answer: `oops`, err: `expected JSON, got "oops"`},
	} {
		t.Run(test.body+test.answer, func(t *testing.T) {
			reader, diags := probing.NewReader(bodytest.Decode(t, block(), test.body))
			require.Empty(t, diags)
			got, err := reader.Read(t.Context(), []byte(test.answer))
			if test.err != "" {
				assert.EqualError(t, err, test.err)
				return
			}
			require.NoError(t, err)
			assert.InDelta(t, test.want, *got, 0)
		})
	}
}

func TestNoValueIsAskedFor(t *testing.T) {
	reader, diags := probing.NewReader(bodytest.Decode(t, block(), ``))
	require.Empty(t, diags)
	got, err := reader.Read(t.Context(), []byte("17"))
	require.NoError(t, err)
	assert.Nil(t, got)
}

func TestValidation(t *testing.T) {
	for _, test := range []struct {
		body, summary string
		path          cty.Path
	}{
		{`value_regex = "("`, "Invalid regular expression", cty.GetAttrPath("value_regex")},
		{`value_json = ".a |"`, "Invalid jq expression", cty.GetAttrPath("value_json")},
		{`value_json = "$.my-name"`, "Invalid jq expression", cty.GetAttrPath("value_json")},
		{`pattern = "[z-a]"`, "Invalid regular expression", cty.GetAttrPath("pattern")},
		{`patterns = { a = "ok", b = "*" }`, "Invalid regular expression", cty.GetAttrPath("patterns").IndexString("b")},
		{`json = "up"`, "Invalid JSON expectation", cty.GetAttrPath("json")},
		{`json = { ".[" = 1 }`, "Invalid jq expression", cty.GetAttrPath("json").IndexString(".[")},
		{"tls {\n cert_file = \"a\"\n}", "Incomplete client certificate", cty.GetAttrPath("tls").GetAttr("cert_file")},
		{"tls {\n key_file = \"a\"\n}", "Incomplete client certificate", cty.GetAttrPath("tls").GetAttr("key_file")},
	} {
		t.Run(test.body, func(t *testing.T) {
			diags := validate(bodytest.Decode(t, block(), test.body))
			require.Len(t, diags, 1)
			assert.Equal(t, test.summary, diags[0].Summary)
			assert.True(t, test.path.Equals(diags[0].Path), "%#v", diags[0].Path)
			assert.NotEmpty(t, diags[0].Detail)
		})
	}
}

func TestUnknownValuesAreNoProblem(t *testing.T) {
	for _, body := range []string{
		`value_regex = unknown`, `value_json = unknown`, `pattern = unknown`, `patterns = unknown`, `patterns = { a = unknown }`,
		`json = unknown`, `json = { ".a" = unknown }`, "tls {\n cert_file = unknown\n}", "tls {\n cert_file = \"a\"\n key_file = unknown\n}",
	} {
		assert.Empty(t, validate(bodytest.Decode(t, block(), body)), body)
	}
}

func validate(v schema.Values) providers.Diagnostics {
	_, diags := probing.NewReader(v)
	_, more := probing.Pattern(v, nil, "pattern")
	diags = append(diags, more...)
	_, more = probing.Patterns(v, nil, "patterns")
	diags = append(diags, more...)
	_, more = probing.JSONExpectations(v, nil)
	return append(append(diags, more...), probing.ValidateTLS(v)...)
}

func TestMissingFilesAreNamed(t *testing.T) {
	values := bodytest.Decode(t, block(), "tls {\n ca_file = \"ca.pem\"\n cert_file = \"c.pem\"\n key_file = \"k.pem\"\n}")
	_, diags := probing.TLSConfig(values, "conf")
	require.Len(t, diags, 2)
	assert.Contains(t, diags[0].Detail, "conf/ca.pem")
	assert.Contains(t, diags[1].Detail, "conf/c.pem")
}

func TestExcerpts(t *testing.T) {
	assert.Equal(t, "first", probing.FirstLine("\n  \n first \nsecond"))
	assert.Equal(t, "last", probing.LastLine("first\n last \n\n"))
	assert.Empty(t, probing.FirstLine(" \n"))
	assert.Empty(t, probing.LastLine(""))
	long := strings.Repeat("é", 200)
	assert.Equal(t, strings.Repeat("é", 80)+"…", probing.FirstLine(long))
	assert.Equal(t, "a\uFFFDb", probing.Text([]byte("a\xffb")))
}

func TestJSONIsNullForAnythingElse(t *testing.T) {
	for text, want := range map[string]cty.Value{
		`{"a": [1, true]}`:  cty.ObjectVal(map[string]cty.Value{"a": cty.TupleVal([]cty.Value{cty.NumberIntVal(1), cty.True})}),
		` 7 `:               cty.NumberIntVal(7),
		``:                  cty.NullVal(cty.DynamicPseudoType),
		`ok`:                cty.NullVal(cty.DynamicPseudoType),
		`{"a": 1} trailing`: cty.NullVal(cty.DynamicPseudoType),
		`null`:              cty.NullVal(cty.DynamicPseudoType),
		`{"a": `:            cty.NullVal(cty.DynamicPseudoType),
	} {
		assert.True(t, want.RawEquals(probing.JSON([]byte(text))), "%s: %#v", text, probing.JSON([]byte(text)))
	}
}

// FuzzQuery holds that no text makes a query panic, and that what compiles
// runs to an end on a small document, or is stopped.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{".a", "$.a[0]", "$['a']", "$", ".[]", "..|numbers", "$[", "'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		query, err := probing.ParseQuery(text)
		if err != nil {
			assert.ErrorContains(t, err, "is not a jq expression")
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // it may run for ever
		defer cancel()
		_, _ = query.Find(ctx, map[string]any{"a": []any{1.0, "x", nil}})
	})
}

// FuzzJSON holds that no answer makes the decoder panic.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a": [1]}`, `[`, `1e999999999`, `{"a":1,"a":"b"}`, "\"\xff\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		assert.True(t, probing.JSON(text).IsWhollyKnown())
	})
}
