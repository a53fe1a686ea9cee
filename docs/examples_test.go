package docs

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGoIsFromFilesThatCompile holds a block "go FILE" to be a part of the file,
// whose own package compiles and tests it.
func TestGoIsFromFilesThatCompile(t *testing.T) {
	checked := 0
	for _, b := range allBlocks(t) {
		file, isGo := strings.CutPrefix(b.info, "go ")
		if !isGo {
			inDocs := strings.HasPrefix(b.file, "docs/")
			assert.False(t, inDocs && b.info == "go", "%s: name the file that the code is from: ```go FILE", name(b))
			continue
		}
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Contains(t, string(source), b.text, "%s is not a part of docs/%s any more", name(b), file)
		checked++
	}
	assert.NotZero(t, checked)
}
