package style

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// TestTestsDoNotSleep allows time.Sleep in tests only in files that use
// testing/synctest, where it takes no time.
func TestTestsDoNotSleep(t *testing.T) {
	seen := 0
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		seen++
		for _, line := range sleeps(t, path, nil) {
			t.Errorf("%s:%d: time.Sleep in a test: wait for a condition, or use testing/synctest", path, line)
		}
		return nil
	}))
	assert.Greater(t, seen, 20, "the walk found too few test files to mean anything")
}

// sleeps is the lines of a file on which a test sleeps for real.
func sleeps(t *testing.T, path string, source any) []int {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, 0)
	require.NoError(t, err)
	for _, imported := range file.Imports {
		if imported.Path.Value == `"testing/synctest"` {
			return nil
		}
	}
	var lines []int
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Sleep" {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" {
				lines = append(lines, files.Position(s.Pos()).Line)
			}
		}
		return true
	})
	return lines
}

func TestFindsSleeps(t *testing.T) {
	sleepy := "package p\nimport \"time\"\nfunc f() {\n\ttime.Sleep(1)\n}\n"
	assert.Equal(t, []int{4}, sleeps(t, "p_test.go", sleepy))
	bubble := strings.Replace(sleepy, "import \"time\"", "import (\"time\"; \"testing/synctest\")", 1)
	assert.Empty(t, sleeps(t, "p_test.go", bubble))
}
