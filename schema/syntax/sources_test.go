package syntax

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// write makes files in a directory and goes there.
func write(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(content), 0o644))
	}
}

func TestFindConfig(t *testing.T) {
	write(t, map[string]string{
		"d/b.gameday.hcl": "", "d/a.gameday.hcl": "", "d/c.gameday.hcl.json": "", "d/x.hcl": "", "d/.hidden.gameday.hcl": "",
		"d/#open.gameday.hcl": "", "d/old.gameday.hcl~": "", "d/sub/deep.gameday.hcl": "", "d/p.vars.hcl": "", "d/p.auto.vars.hcl": "",
		"d/o.auto.vars.hcl.json": "",
	})
	names, diags := FindConfig("d")
	require.Empty(t, diags)
	assert.Equal(t, []string{"d/a.gameday.hcl", "d/b.gameday.hcl", "d/c.gameday.hcl.json"}, names)
	assert.Equal(t, []string{"d/o.auto.vars.hcl.json", "d/p.auto.vars.hcl"}, FindAutoVars("d"))
	assert.Empty(t, FindAutoVars("nowhere"))
}

func TestFindConfigNamesAreAsTyped(t *testing.T) {
	write(t, map[string]string{"a.gameday.hcl": ""})
	names, diags := FindConfig(".")
	require.Empty(t, diags)
	assert.Equal(t, []string{"a.gameday.hcl"}, names)
}

func TestFindConfigErrors(t *testing.T) {
	write(t, map[string]string{
		"empty/README.md": "", "renamed/main.hcl": "", "misspelt/main.gameday.hlc": "", "one/a.gameday.hcl": "",
	})
	tests := map[string]string{
		"empty":             `The directory "empty" has no file that ends in .gameday.hcl or .gameday.hcl.json.`,
		"renamed":           `Rename "main.hcl" to "main.gameday.hcl" to have it read.`,
		"misspelt":          `Is "main.gameday.hlc" misspelt?`,
		"nowhere":           `Cannot read the directory "nowhere": no such file or directory.`,
		"one/a.gameday.hcl": `give the directory, "one".`,
	}
	for dir, want := range tests {
		_, diags := FindConfig(dir)
		require.Len(t, diags, 1, dir)
		assert.Contains(t, diags[0].Detail, want)
	}
}

func TestReadRecordsDigests(t *testing.T) {
	write(t, map[string]string{"a.txt": "abc"})
	s := NewSources()
	content, err := s.Read("./a.txt")
	require.NoError(t, err)
	assert.Equal(t, "abc", string(content))
	assert.Equal(t, map[string]string{"a.txt": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}, s.Digests())

	// What was read stays what it was for as long as the operation lasts.
	require.NoError(t, os.WriteFile("a.txt", []byte("changed"), 0o644))
	content, err = s.Read("a.txt")
	require.NoError(t, err)
	assert.Equal(t, "abc", string(content))
	assert.Contains(t, s.Files(), "a.txt")
}

// TestSawKeepsWhatItWasToldFirst, so that an operation sees one state.
func TestSawKeepsWhatItWasToldFirst(t *testing.T) {
	s := NewSources()
	assert.False(t, s.Saw("./a.txt", false))
	assert.False(t, s.Saw("a.txt", true))
	assert.True(t, s.Saw("b.txt", true))
	assert.Equal(t, map[string]bool{"a.txt": false, "b.txt": true}, s.Seen())
	assert.Empty(t, s.Digests())
}

func TestReadRefuses(t *testing.T) {
	write(t, map[string]string{"dir/x": "", "large": strings.Repeat("x", MaxFileSize+1)})
	require.NoError(t, syscall.Mkfifo("pipe", 0o600))
	tests := map[string]string{
		"dir":     "it is a directory, not a file",
		"large":   "it has 1.0 MiB, more than the 1 MiB that gameday reads",
		"pipe":    "it is not a regular file",
		"nowhere": "no such file or directory",
	}
	s := NewSources()
	for name, want := range tests {
		_, err := s.Read(name)
		assert.EqualError(t, err, want)
	}
	assert.Empty(t, s.Digests())
}

func TestReadFromManyGoroutines(t *testing.T) {
	write(t, map[string]string{"a.gameday.hcl": "locals { a = 1 }"})
	s := NewSources()
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			file, diags := s.Parse("a.gameday.hcl")
			assert.NotNil(t, file)
			assert.Empty(t, diags)
			s.Files()
			s.Digests()
		})
	}
	group.Wait()
	assert.Len(t, s.Digests(), 1)
}

func TestParseRefusesWhatIsNotUTF8(t *testing.T) {
	write(t, map[string]string{
		"a.gameday.hcl": "locals {\n  a = \"é\xff\"\n}\n", "b.gameday.hcl.json": "{\"locals\": \"\xc3\x28\"}", "c.gameday.hcl": "\xff\xfea\x00",
	})
	s := NewSources()
	file, diags := s.Parse("a.gameday.hcl")
	assert.Nil(t, file)
	require.Len(t, diags, 1)
	assert.Equal(t, "The byte 0xFF at offset 18, in line 2, is not valid UTF-8. Save the file as UTF-8.", diags[0].Detail)
	assert.Equal(t, hcl.Pos{Line: 2, Column: 9, Byte: 18}, diags[0].Subject.Start)
	assert.Contains(t, s.Files(), "a.gameday.hcl", "for the excerpt")
	for _, name := range []string{"b.gameday.hcl.json", "c.gameday.hcl"} {
		_, diags := s.Parse(name)
		require.Len(t, diags, 1)
		assert.Equal(t, "Invalid character encoding", diags[0].Summary)
	}
}

func TestParseAcceptsByteOrderMark(t *testing.T) {
	write(t, map[string]string{"a.gameday.hcl": "\ufefflocals {}\n"})
	file, diags := NewSources().Parse("a.gameday.hcl")
	require.Empty(t, diags)
	assert.NotNil(t, file)
}

func TestParseVars(t *testing.T) {
	write(t, map[string]string{"p.vars.hcl": "a = 1\nb = \"x\"\n", "p.vars.hcl.json": `{"a": 1}`, "block.vars.hcl": "a {}\n"})
	s := NewSources()
	attrs, diags := s.ParseVars("p.vars.hcl")
	require.Empty(t, diags)
	assert.Len(t, attrs, 2)
	attrs, diags = s.ParseVars("p.vars.hcl.json")
	require.Empty(t, diags)
	assert.Len(t, attrs, 1)
	for _, name := range []string{"block.vars.hcl", "nowhere.vars.hcl"} {
		_, diags = s.ParseVars(name)
		assert.True(t, diags.HasErrors(), name)
	}
}

// TestVariableFilesAreNotAmongTheDigests, whatever they are called, unless the
// configuration reads one itself.
func TestVariableFilesAreNotAmongTheDigests(t *testing.T) {
	write(t, map[string]string{"prod.hcl": "a = 1\n", "both.tfvars": "a = 1\n", "broken.vars.hcl": "a = "})
	s := NewSources()
	for _, name := range []string{"prod.hcl", "both.tfvars", "broken.vars.hcl"} {
		_, _ = s.ParseVars(name)
		assert.Contains(t, s.Files(), name, "for the excerpt")
	}
	assert.Empty(t, s.Digests())
	_, err := s.Read("./both.tfvars")
	require.NoError(t, err)
	assert.Len(t, s.Digests(), 1)
	_, diags := s.Parse("prod.hcl")
	require.Empty(t, diags)
	assert.Len(t, s.Digests(), 2)
}

func TestParseText(t *testing.T) {
	deep := strings.Repeat("[", 1000)
	_, diags := ParseExpression("[1, 2]", "<value>")
	require.Empty(t, diags)
	_, diags = ParseExpression(deep, "<value>")
	require.Len(t, diags, 1)
	assert.Equal(t, "Too deeply nested", diags[0].Summary)
	_, diags = ParseTemplate([]byte("a ${b}"), "t.txt")
	require.Empty(t, diags)
	_, diags = ParseTemplate([]byte("${"+deep+"}"), "t.txt")
	require.Len(t, diags, 1)
	_, diags = ParseTemplate([]byte("\xff"), "t.txt")
	require.Len(t, diags, 1)
}

func TestPositionCountsCharacters(t *testing.T) {
	src := []byte("é\nüx")
	for offset, want := range map[int]hcl.Pos{0: {Line: 1, Column: 1}, 2: {Line: 1, Column: 2, Byte: 2}, 5: {Line: 2, Column: 2, Byte: 5}} {
		assert.Equal(t, want, position(src, offset), fmt.Sprint(offset))
	}
}
