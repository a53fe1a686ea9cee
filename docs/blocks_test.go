package docs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// block is a fenced code block of a document.
type block struct {
	file string // relative to the repository
	line int    // of the fence, from 1
	info string // what stands behind the fence: "sh run"
	text string
}

// pages are the documents that are checked, relative to this folder.
func pages(t *testing.T) []string {
	t.Helper()
	list := []string{"../README.md", "../CONTRIBUTING.md", "../ARCHITECTURE.md"}
	for _, pattern := range []string{"../docs/*.md", "../experiments/*/README.md", "../experiments/*/*/README.md"} {
		more, err := filepath.Glob(pattern)
		require.NoError(t, err)
		list = append(list, more...)
	}
	// The reference is generated, and its examples are parts of blocks: the test
	// of the package that makes them decodes them.
	return slices.DeleteFunc(list, func(page string) bool { return page == "../docs/"+referencePage })
}

// allBlocks are the blocks of every page.
func allBlocks(t *testing.T) []block {
	t.Helper()
	var list []block
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		list = append(list, blocks(strings.TrimPrefix(page, "../"), string(text))...)
	}
	return list
}

// blocksOf are the blocks whose info string is one of those.
func blocksOf(t *testing.T, infos ...string) []block {
	t.Helper()
	return slices.DeleteFunc(allBlocks(t), func(b block) bool { return !slices.Contains(infos, b.info) })
}

// blocks finds the fenced blocks of a text.
func blocks(file, text string) []block {
	var list []block
	open := -1 // index in list of the block that is open
	for i, line := range strings.SplitAfter(text, "\n") {
		fence, info := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case !info && open >= 0:
			list[open].text += line
		case info && open >= 0:
			open = -1
		case info:
			open = len(list)
			list = append(list, block{file: file, line: i + 1, info: fence})
		}
	}
	return list
}

func TestBlocks(t *testing.T) {
	got := blocks("a.md", "text\n```sh run\nls\npwd\n```\n\n```hcl\n```\n")
	require.Equal(t, []block{{"a.md", 2, "sh run", "ls\npwd\n"}, {"a.md", 7, "hcl", ""}}, got)
}
