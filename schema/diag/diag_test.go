package diag

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("not as in %s (-want +got); run with -update if it should be:\n%s", path, diff)
	}
}

const source = `locals {
  limit = var.limit + 1
}

experiment "x" {
  steady_state {
    assert "up" {
      condition = (
        probe.web.count > 3 &&
        probe.web.count < 5 &&
        probe.web.count < 6 &&
        probe.web.count < 7 &&
        probe.web.count < 8 &&
        probe.web.count < 9
      )
      wide = "日本語 🎉 ${here}"
	tabs	=	here
    }
  }
}
`

func files(t *testing.T) map[string]*hcl.File {
	t.Helper()
	native, diags := hclsyntax.ParseConfig([]byte(source), "main.gameday.hcl", hcl.InitialPos)
	require.Empty(t, diags)
	inJSON, diags := json.Parse([]byte(`{"experiment": {"x": {"weight": "heavy"}}}`), "x.gameday.hcl.json")
	require.Empty(t, diags)
	return map[string]*hcl.File{"main.gameday.hcl": native, "x.gameday.hcl.json": inJSON}
}

// at is the range of the first occurrence of a text.
func at(t *testing.T, src, name, text string) *hcl.Range {
	t.Helper()
	begin := strings.Index(src, text)
	require.GreaterOrEqual(t, begin, 0, text)
	return &hcl.Range{Filename: name, Start: posOf(src, begin), End: posOf(src, begin+len(text))}
}

func posOf(src string, offset int) hcl.Pos {
	before := src[:offset]
	line := strings.Count(before, "\n") + 1
	return hcl.Pos{Line: line, Column: len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1, Byte: offset}
}

func here(t *testing.T, text string) *hcl.Range {
	t.Helper()
	return at(t, source, "main.gameday.hcl", text)
}

// diagnostics holds one of everything that is shown in a way of its own.
func diagnostics(t *testing.T) hcl.Diagnostics {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(
		`[var.limit, var.secret, var.nested, var.names, var.long, var.null, var.later, var.any, var.yes, var.none, var.map["k"], var.many, var.huge, nothing.x]`),
		"main.gameday.hcl", hcl.InitialPos)
	require.Empty(t, diags)
	many := map[string]cty.Value{}
	for _, name := range strings.Split("a b c d e f g", " ") {
		many[name] = cty.True
	}
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{"var": cty.ObjectVal(map[string]cty.Value{
		"limit":  cty.NumberIntVal(3),
		"secret": cty.StringVal("hunter2").Mark("sensitive"),
		"nested": cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal("hunter2").Mark("anything")}),
		"names":  cty.ListVal([]cty.Value{cty.StringVal("a")}),
		"long":   cty.StringVal(strings.Repeat("long \"text\"\n", 50)),
		"null":   cty.NullVal(cty.String),
		"later":  cty.UnknownVal(cty.Number),
		"any":    cty.DynamicVal,
		"yes":    cty.True,
		"none":   cty.EmptyObjectVal,
		"map":    cty.MapVal(map[string]cty.Value{"k": cty.NumberFloatVal(0.1)}),
		"many":   cty.ObjectVal(many),
		"huge":   cty.MustParseNumberVal("1e20000000"), // which takes minutes to be written in full
	})}}
	return hcl.Diagnostics{
		{Severity: hcl.DiagError, Summary: "With values", Detail: "They are below the excerpt.", Subject: here(t, "var.limit"), Expression: expr, EvalContext: ctx},
		{Severity: hcl.DiagWarning, Summary: "A warning", Detail: "It is less than an error. Did you mean \"limits\"?", Subject: here(t, "limit")},
		{Severity: hcl.DiagError, Summary: "Several lines", Detail: "The middle is left out.", Subject: here(t, source[strings.Index(source, "(\n"):strings.Index(source, "      wide")-1])},
		{Severity: hcl.DiagError, Summary: "Two lines", Detail: "Both are marked.", Subject: here(t, "3 &&\n        probe")},
		{Severity: hcl.DiagError, Summary: "Wide characters", Subject: here(t, "here")},
		{Severity: hcl.DiagError, Summary: "Tabs", Subject: &hcl.Range{Filename: "main.gameday.hcl", Start: posOf(source, strings.LastIndex(source, "here")), End: posOf(source, strings.LastIndex(source, "here")+4)}},
		{Severity: hcl.DiagError, Summary: "At the end of a line", Subject: &hcl.Range{Filename: "main.gameday.hcl", Start: posOf(source, 8), End: posOf(source, 9)}},
		{Severity: hcl.DiagError, Summary: "Nothing to mark", Subject: &hcl.Range{Filename: "main.gameday.hcl", Start: posOf(source, 7), End: posOf(source, 7)}},
		{Severity: hcl.DiagError, Summary: "In JSON", Detail: "The context is a path.", Subject: at(t, `{"experiment": {"x": {"weight": "heavy"}}}`, "x.gameday.hcl.json", `"heavy"`)},
		{Severity: hcl.DiagError, Summary: "In a file that is not there", Detail: "There is no excerpt.", Subject: &hcl.Range{Filename: "gone.gameday.hcl", Start: hcl.Pos{Line: 3, Column: 1}, End: hcl.Pos{Line: 3, Column: 2}}},
		{Severity: hcl.DiagError, Summary: "Beyond the end of the file", Subject: &hcl.Range{Filename: "main.gameday.hcl", Start: hcl.Pos{Line: 99, Column: 1, Byte: 9999}, End: hcl.Pos{Line: 99, Column: 1, Byte: 9999}}},
		{Severity: hcl.DiagError, Summary: "Without a place", Detail: "A long detail is wrapped at the width, and never within a path such as /a/very/long/path/that/is/to/be/copied/from/the/terminal/in/one/piece.txt or a word.\n\n  indented lines stay as they are, however long they are, because they are commands or lists\n\nParagraphs stay apart."},
		{Severity: hcl.DiagError, Summary: "Without a place", Detail: "Twice the same is shown once."},
		{Severity: hcl.DiagError, Summary: "Without a place", Detail: "Twice the same is shown once."},
		{Severity: hcl.DiagError, Summary: "Control \x1b[31mcharacters\a", Detail: "Do not reach \x1b]0;the terminal\a."},
	}
}

func TestText(t *testing.T) {
	for name, style := range map[string]Style{"plain.txt": {}, "color.txt": {Color: true}, "narrow.txt": {Width: 44}} {
		var out bytes.Buffer
		require.NoError(t, WriteText(&out, diagnostics(t), files(t), style))
		golden(t, name, out.String())
		assert.NotContains(t, out.String(), "hunter2")
	}
}

// Colours change nothing but colours.
func TestColorIsTheSameText(t *testing.T) {
	var plain, color bytes.Buffer
	require.NoError(t, WriteText(&plain, diagnostics(t), files(t), Style{}))
	require.NoError(t, WriteText(&color, diagnostics(t), files(t), Style{Color: true}))
	assert.Equal(t, plain.String(), ansi.Strip(color.String()))
}

func TestNoLineIsWiderThanTheTerminal(t *testing.T) {
	long := "locals { a = \"" + strings.Repeat("é日", 2000) + "\", b = here }"
	file := map[string]*hcl.File{"x": {Bytes: []byte(long)}}
	for _, subject := range []string{"here", "locals", strings.Repeat("é日", 2000)} {
		var out bytes.Buffer
		d := &hcl.Diagnostic{Summary: strings.Repeat("word ", 50), Detail: strings.Repeat("word ", 50), Subject: at(t, long, "x", subject)}
		require.NoError(t, WriteText(&out, hcl.Diagnostics{d}, file, Style{Width: 60}))
		for line := range strings.Lines(out.String()) {
			assert.LessOrEqual(t, ansi.StringWidth(strings.TrimSuffix(line, "\n")), 60, line)
		}
		assert.Contains(t, out.String(), "^")
	}
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, WriteJSON(&out, diagnostics(t), files(t)))
	golden(t, "report.json", out.String())
	assert.NotContains(t, out.String(), "hunter2")
}

func TestReportCounts(t *testing.T) {
	report := NewReport(hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: "a"}}, nil)
	assert.True(t, report.Valid)
	assert.Equal(t, 1, report.WarningCount)
	report = NewReport(hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "a"}, {Severity: hcl.DiagError, Summary: "a"}}, nil)
	assert.False(t, report.Valid)
	assert.Equal(t, 1, report.ErrorCount, "the same twice counts once")
	assert.NotNil(t, NewReport(nil, nil).Diagnostics, "an empty list is [], not null")
}

func TestSorted(t *testing.T) {
	d := func(file string, offset int, summary string) *hcl.Diagnostic {
		return &hcl.Diagnostic{Summary: summary, Subject: &hcl.Range{Filename: file, Start: hcl.Pos{Byte: offset}}}
	}
	given := hcl.Diagnostics{d("b", 1, "4"), d("a", 9, "3"), d("a", 2, "2"), {Summary: "1"}, d("a", 9, "3")}
	var got []string
	for _, diag := range Sorted(given) {
		got = append(got, diag.Summary)
	}
	assert.Equal(t, []string{"1", "2", "3", "4"}, got)
	assert.Equal(t, "4", given[0].Summary, "the original stays as it is")
}
