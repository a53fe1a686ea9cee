package syntax

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDepthIsLimited(t *testing.T) {
	deep := func(open, middle, shut string, n int) string {
		return strings.Repeat(open, n) + middle + strings.Repeat(shut, n)
	}
	tests := map[string]struct {
		source string
		want   string // summary; empty when it is fine
	}{
		"shallow":                   {`a = [[1], { b = (2) }]`, ""},
		"at the limit":              {"a = " + deep("[", "1", "]", MaxDepth), ""},
		"lists":                     {"a = " + deep("[", "1", "]", MaxDepth+1), "Too deeply nested"},
		"never closed":              {"a = " + strings.Repeat("[", 50_000), "Too deeply nested"},
		"parentheses":               {"a = " + deep("(", "1", ")", 20_000), "Too deeply nested"},
		"blocks":                    {deep("b {\n", "", "}\n", 20_000), "Too deeply nested"},
		"objects":                   {"a = " + deep("{ a = ", "1", "}", 20_000), "Too deeply nested"},
		"templates":                 {"a = " + deep(`"${`, "1", `}"`, 20_000), "Too deeply nested"},
		"closed in comments":        {"a = " + strings.Repeat("[ # ]\n", 20_000), "Too deeply nested"},
		"closed in long comments":   {"a = " + strings.Repeat("[ /* ] */", 20_000), "Too deeply nested"},
		"closed in strings":         {"a = " + strings.Repeat(`[ "]", `, 20_000), "Too deeply nested"},
		"closed in escaped strings": {"a = " + strings.Repeat(`[ "\"]", `, 20_000), "Too deeply nested"},
		"closed in a heredoc":       {"a = " + strings.Repeat("[ <<E\n]\nE\n, ", 20_000), "Too deeply nested"},
		"directives":                {`a = "` + strings.Repeat("%{ if true }", 20_000) + `"`, "Too deeply nested"},
		"directives in a row":       {`a = "` + strings.Repeat("%{ if true }x%{ endif }", 2000) + `"`, ""},
		"nots":                      {"a = " + strings.Repeat("!", 50_000) + "true", "Expression too long"},
		"minuses":                   {"a = " + strings.Repeat("-", 50_000) + "1", "Expression too long"},
		"sum":                       {"a = 1" + strings.Repeat("+1", 50_000), "Expression too long"},
		"sum over lines":            {"a = (1" + strings.Repeat("\n+1", 50_000) + ")", "Expression too long"},
		"conditionals":              {"a = " + strings.Repeat("true ? 1 : ", 20_000) + "1", "Expression too long"},
		"indexes":                   {"a = b" + strings.Repeat("[c]", 20_000), "Expression too long"},
		"splats":                    {"a = b" + strings.Repeat(".*.c", 20_000), "Expression too long"},
		"in a for":                  {"a = { for x in y : x => 1" + strings.Repeat("\n+1", 20_000) + " }", "Expression too long"},
		"many elements":             {"a = [" + strings.Repeat("-1, ", 20_000) + "]", ""},
		"many arguments":            {strings.Repeat("b { a = -1 }\n", 50_000), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, diags := checkDepth([]byte(test.source), "x.gameday.hcl")
			if test.want == "" {
				require.Empty(t, diags)
				return
			}
			require.Len(t, diags, 1)
			assert.Equal(t, test.want, diags[0].Summary)
			assert.Equal(t, "x.gameday.hcl", diags[0].Subject.Filename)
		})
	}
}

func TestDepthIsLimitedInJSON(t *testing.T) {
	tests := map[string]struct{ source, want string }{
		"shallow":              {`{"a": ["${[1]}"]}`, ""},
		"arrays":               {strings.Repeat("[", 50_000), "Too deeply nested"},
		"objects":              {strings.Repeat(`{"a":`, 20_000), "Too deeply nested"},
		"brackets in a string": {`{"a": "` + strings.Repeat("[", 90) + `"}`, ""},
		"template":             {`{"a": "${` + strings.Repeat("[", 50_000) + `}"}`, "Too deeply nested"},
		"expression":           {`{"type": "` + strings.Repeat("list(", 20_000) + `"}`, "Too deeply nested"},
		"escaped template":     {`{"a": "\u0024{` + strings.Repeat(`\u005b`, 20_000) + `}"}`, "Too deeply nested"},
		"table of a readme":    {`{"a": "` + strings.Repeat("|---|---|", 500) + `"}`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			diags := checkDepthJSON([]byte(test.source), "x.gameday.hcl.json")
			if test.want == "" {
				require.Empty(t, diags)
				return
			}
			require.Len(t, diags, 1)
			assert.Equal(t, test.want, diags[0].Summary)
		})
	}
}

// The quick scan may leave the decision to HCL's scanner, but must never clear
// what that would refuse. That it clears real files is what it is for.
func TestQuickScanClearsRealFiles(t *testing.T) {
	files, err := filepath.Glob("../../experiments/*/*.gameday.hcl")
	require.NoError(t, err)
	more, err := filepath.Glob("../../experiments/*/*/*.gameday.hcl")
	require.NoError(t, err)
	require.NotEmpty(t, append(files, more...))
	for _, name := range append(files, more...) {
		src, err := os.ReadFile(name)
		require.NoError(t, err)
		if !bytes.Contains(src, []byte("<<")) && !bytes.Contains(src, []byte("%{")) {
			_, sure := clearlyShallow(src, pieceSize)
			assert.True(t, sure, name)
		}
	}
}

func FuzzQuickScan(f *testing.F) {
	for _, seed := range []string{
		`a = [1, { b = "x${c["d"]}y" }]`, "a = <<E\n]\nE\n", "# ]\na = [\n// [\n]", `a = "\"["`, `a = "$${["`, `a = "%%{["`,
		`a = "$$${[}"`, "a = { for k, v in x : k => v }", `a = "%{ if x }y%{ endif }"`, "a /* } */ { b = 1 }", "a = \"\n[\"", "\ufeffa = [1]",
	} {
		f.Add([]byte(seed), byte(3))
	}
	f.Fuzz(func(t *testing.T, src []byte, times byte) {
		// Repeated, so that what nests reaches the limit.
		for _, text := range [][]byte{src, bytes.Repeat(src, MaxDepth*int(times%3+1))} {
			if _, sure := clearlyShallow(text, pieceSize); len(text) > 1<<16 || !utf8.Valid(text) || !sure {
				continue
			}
			tokens, _ := hclsyntax.LexConfig(text, "x", hcl.InitialPos)
			if diags := checkTokens(tokens); diags.HasErrors() {
				t.Fatalf("cleared by the quick scan, but: %s\n%q", diags, text)
			}
		}
	})
}

// FuzzParse is for panics, stack overflows and hangs.
func FuzzParse(f *testing.F) {
	f.Add([]byte("experiment \"x\" {\n  steady_state {}\n}\n"), false)
	f.Add([]byte(`{"experiment": {"x": {"steady_state": {}}}}`), true)
	f.Add([]byte{0xff, 0xfe}, false)
	f.Fuzz(func(t *testing.T, src []byte, inJSON bool) {
		if inJSON {
			_, _ = parseJSON(src, "x.gameday.hcl.json") // that it returns is the test
			return
		}
		_, diags := parseNative(src, "x.gameday.hcl")
		for _, diag := range diags {
			require.NotEmpty(t, diag.Summary)
		}
	})
}

func BenchmarkQuickScan(b *testing.B) {
	src := bytes.Repeat([]byte("fault \"local_network_delay\" \"x\" {\n  latency = \"300ms\"\n  target { links = [\"a\"] } # one\n}\n"), 10_000)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, sure := clearlyShallow(src, pieceSize); !sure {
			b.Fatal("not cleared")
		}
	}
}
