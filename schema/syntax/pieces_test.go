package syntax

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPiecesAreTheWhole(t *testing.T) {
	shop, err := os.ReadFile("../../experiments/demo/shop/shop.gameday.hcl")
	require.NoError(t, err)
	tests := map[string]string{
		"blocks":            "a \"x\" {\n  b = 1\n}\n\nc {}\nd {\n}\n",
		"attributes":        "a = 1\nb = [\n  2,\n]\n\nc = \"x\"",
		"comments":          "# one\na {} # two\n// three\n/* four\n*/ b {}\n# five",
		"windows":           "a {\r\n  b = 1\r\n}\r\nc {}\r\n",
		"wide":              "a { b = \"é👩‍👩‍👧\" }\nc { d = \"${e}ü\" }\n",
		"byte order mark":   "\ufeffa {}\nb {}\n",
		"no end of line":    "a {}\nb {}",
		"only empty lines":  "\n\n\n",
		"a real file":       string(shop),
		"a mark in between": "a {}\n\ufeffb {}\n",
		"repeated":          "a = 1\na = 2\n",
		"broken":            "a {}\nb = \nc {}\n",
		"broken in two":     "a\n{}\nb = 1 +\n2\n",
	}
	for name, source := range tests {
		t.Run(name, func(t *testing.T) { comparePieces(t, []byte(source)) })
	}
}

// comparePieces cuts wherever it is possible, and reports whether it was.
func comparePieces(t *testing.T, src []byte) {
	t.Helper()
	cuts, sure := clearlyShallow(src, 1)
	if !sure {
		return
	}
	got, ok := parsePieces(src, "x", cuts)
	want, diags := hclsyntax.ParseConfig(src, "x", hcl.InitialPos)
	require.Equal(t, !diags.HasErrors(), ok)
	if ok {
		require.Equal(t, want.Body, got.Body)
		require.Equal(t, want.Bytes, got.Bytes)
	}
}

func FuzzPieces(f *testing.F) {
	for _, seed := range []string{
		"a {\n}\nb {\n}\n", "a = 1\nb = 2\n", "a = (\n1\n)\n# x\nb {}", "/*\n*/a {}\n", "a\r\n{}\n\ufeffb=1", "a = \"${b}\"\n\u0301c = 1",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) < 1<<12 && utf8.Valid(src) {
			comparePieces(t, src)
		}
	})
}

func TestLargeFilesAreParsedInPieces(t *testing.T) {
	var text strings.Builder
	for i := 0; text.Len() < 3*pieceSize; i++ {
		fmt.Fprintf(&text, "b \"n%d\" {\n  a = %d\n}\n", i, i)
	}
	src := []byte(text.String())
	cuts, diags := checkDepth(src, "x")
	require.Empty(t, diags)
	require.Len(t, cuts, 2)
	_, ok := parsePieces(src, "x", cuts)
	require.True(t, ok)

	// What is wrong is said as ever, with its place in the file.
	_, diags = parseNative(append(src, "b {\n  a =\n}\n"...), "x")
	require.Len(t, diags, 1)
	assert.Equal(t, strings.Count(text.String(), "\n")+2, diags[0].Subject.Start.Line)
}
