package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Files too large, too deep or too strange to be kept as golden files.
func TestHostileFiles(t *testing.T) {
	const megabyte = 1 << 20

	// manyTimes is more than any limit on nesting, and keeps a file below the largest
	// that is read.
	const manyTimes = 200_000
	tests := map[string]struct {
		name, content, want string
	}{
		"50 MB":             {"x.gameday.hcl", strings.Repeat("# padding\n", 5*megabyte), "50.0 MiB, more than the 1 MiB that gameday reads"},
		"50 MB of JSON":     {"x.gameday.hcl.json", strings.Repeat("[", 50*megabyte), "50.0 MiB, more than the 1 MiB that gameday reads"},
		"million brackets":  {"x.gameday.hcl", "a = " + strings.Repeat("[", manyTimes), "Too deeply nested"},
		"million blocks":    {"x.gameday.hcl", strings.Repeat("a {", manyTimes), "Too deeply nested"},
		"million templates": {"x.gameday.hcl", "a = " + strings.Repeat(`"${`, manyTimes), "Too deeply nested"},
		"million nots":      {"x.gameday.hcl", "a = " + strings.Repeat("!", manyTimes) + "true", "Expression too long"},
		"long sum":          {"x.gameday.hcl", "locals {\n  a = 1" + strings.Repeat("+1", manyTimes) + "\n}\n", "Expression too long"},
		"JSON brackets":     {"x.gameday.hcl.json", strings.Repeat("[", manyTimes), "Too deeply nested"},
		"JSON template":     {"x.gameday.hcl.json", `{"locals": {"a": "${` + strings.Repeat("[", manyTimes) + `"}}`, "Too deeply nested"},
		"JSON type":         {"x.gameday.hcl.json", `{"variable": {"a": {"type": "` + strings.Repeat("list(", manyTimes) + `"}}}`, "Too deeply nested"},
		"not UTF-8":         {"x.gameday.hcl", "locals {\n  a = \"caf\xe9\"\n}\n", "The byte 0xE9 at offset 19, in line 2, is not valid UTF-8."},
		"UTF-16":            {"x.gameday.hcl", "\xff\xfel\x00o\x00c\x00", "The byte 0xFF at offset 0, in line 1, is not valid UTF-8."},
		"JSON not UTF-8":    {"x.gameday.hcl.json", "{\"locals\": {\"a\": \"\xe9\"}}", "is not valid UTF-8"},
		"zeros":             {"x.gameday.hcl", strings.Repeat("\x00", megabyte), "Invalid character"},
		"binary":            {"x.gameday.hcl", "\x7fELF\x02\x01\x01" + strings.Repeat("\x00\xff", 1000), "is not valid UTF-8"},
		"variable file":     {"x.auto.vars.hcl", "a = " + strings.Repeat("(", manyTimes), "Too deeply nested"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "main.gameday.hcl"), []byte("locals {}\n"), 0o644))
			require.NoError(t, os.WriteFile(filepath.Join(dir, test.name), []byte(test.content), 0o644))
			code, output := validate(t, dir)
			assert.Equal(t, 1, code)
			assert.Contains(t, strings.Join(strings.Fields(strings.ReplaceAll(output, "│", "")), " "), test.want)
			assert.Less(t, len(output), 20_000, "an error is to be read")
		})
	}
}

func TestPipeInPlaceOfAFile(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "x.gameday.hcl"), 0o600))
	code, output := validate(t, dir)
	assert.Equal(t, 1, code)
	assert.Contains(t, output, "it is not a regular file")
}

// Modules that call two others each would be loaded 2^30 times.
func TestModulesThatMultiply(t *testing.T) {
	dir := t.TempDir()
	for i := range 30 {
		path := filepath.Join(dir, fmt.Sprintf("m%d", i))
		require.NoError(t, os.MkdirAll(path, 0o755))
		source := fmt.Sprintf("module \"a\" {\n  source = \"../m%d\"\n}\nmodule \"b\" {\n  source = \"../m%d\"\n}\n", i+1, i+1)
		require.NoError(t, os.WriteFile(filepath.Join(path, "x.gameday.hcl"), []byte(source), 0o644))
	}
	code, output := validate(t, dir, "m0")
	assert.Equal(t, 1, code)
	assert.Contains(t, output, "Too many modules")
	assert.Less(t, len(output), 20_000)
}
