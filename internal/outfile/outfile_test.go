package outfile_test

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/internal/outfile"
)

func at(t *testing.T, path string) outfile.Place {
	t.Helper()
	place, err := outfile.At(path)
	require.NoError(t, err)
	require.NoError(t, place.Try())
	return place
}

func TestWriteKeepsThePermissionsOfAFile(t *testing.T) {
	for name, c := range map[string]struct {
		there os.FileMode // 0 for no file
		write func(outfile.Place) error
		want  os.FileMode
	}{
		"new":                 {0, func(p outfile.Place) error { return p.Write([]byte("new"), 0o644) }, 0o644},
		"there":               {0o620, func(p outfile.Place) error { return p.Write([]byte("new"), 0o644) }, 0o620},
		"new and private":     {0, func(p outfile.Place) error { return p.WritePrivate([]byte("new")) }, 0o600},
		"there, then private": {0o666, func(p outfile.Place) error { return p.WritePrivate([]byte("new")) }, 0o600},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if c.there != 0 {
				require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
				require.NoError(t, os.Chmod(path, c.there))
			}
			require.NoError(t, c.write(at(t, path)))
			holds(t, path, "new")
			info, err := os.Stat(path)
			require.NoError(t, err)
			assert.Equal(t, c.want, info.Mode().Perm())
			assertAlone(t, path)
		})
	}
}

func TestLinksStay(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, dir string){
		"to a file": func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "there", "target"), []byte("old"), 0o600))
		},
		"to nothing": func(t *testing.T, _ string) { t.Helper() },
		"to a link to nothing": func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.Symlink(filepath.Join(dir, "there", "end"), filepath.Join(dir, "there", "target")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.Mkdir(filepath.Join(dir, "there"), 0o700))
			prepare(t, dir)
			link := filepath.Join(dir, "link")
			require.NoError(t, os.Symlink(filepath.Join("there", "target"), link))
			require.NoError(t, at(t, link).Write([]byte("new"), 0o600))
			holds(t, filepath.Join(dir, "there", "target"), "new")
			target, err := os.Readlink(link)
			require.NoError(t, err)
			assert.Equal(t, filepath.Join("there", "target"), target)
		})
	}
}

// TestLinkInAFolderByALink leads upwards from where the folder is, not from where
// its name is.
func TestLinkInAFolderByALink(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "deep", "folder"), 0o700))
	require.NoError(t, os.Symlink(filepath.Join("deep", "folder"), filepath.Join(dir, "short")))
	require.NoError(t, os.Symlink(filepath.Join("..", "target"), filepath.Join(dir, "deep", "folder", "link")))
	require.NoError(t, at(t, filepath.Join(dir, "short", "link")).Write([]byte("new"), 0o600))
	holds(t, filepath.Join(dir, "deep", "target"), "new")
}

func TestPipesAreWrittenThrough(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, unix.Mkfifo(path, 0o600))
	reader, err := os.OpenFile(path, os.O_RDWR, 0) // also for writing: it does not wait for a writer
	require.NoError(t, err)
	defer func() { _ = reader.Close() }()
	place := at(t, path)
	require.True(t, place.Stream())
	require.NoError(t, place.Write([]byte("one "), 0o644))
	require.NoError(t, place.WritePrivate([]byte("two")))

	got := make([]byte, len("one two"))
	_, err = io.ReadFull(reader, got)
	require.NoError(t, err)
	assert.Equal(t, "one two", string(got))
	info, err := os.Lstat(path)
	require.NoError(t, err)
	assert.Equal(t, os.ModeNamedPipe, info.Mode().Type(), "it is there as it was")
	assertAlone(t, path)
}

// TestPipesWithoutAName are those of a shell's >(…) and of /dev/stdout.
func TestPipesWithoutAName(t *testing.T) {
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(descriptor(writer), link))
	require.NoError(t, at(t, link).Write([]byte("all"), 0o644))
	require.NoError(t, writer.Close())
	got, err := io.ReadAll(reader)
	require.NoError(t, err)
	assert.Equal(t, "all", string(got))
}

func TestNowhere(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Symlink(dir, filepath.Join(dir, "to-a-folder")))
	require.NoError(t, os.Symlink("loop", filepath.Join(dir, "loop")))
	for name, want := range map[string]error{"": syscall.EISDIR, "to-a-folder": syscall.EISDIR, "loop": syscall.ELOOP} {
		_, err := outfile.At(filepath.Join(dir, name))
		assert.ErrorIs(t, err, want, "%q", name)
	}
	place, err := outfile.At(filepath.Join(dir, "no", "such", "file"))
	require.NoError(t, err)
	require.ErrorIs(t, place.Try(), os.ErrNotExist)
	assert.ErrorIs(t, place.Write(nil, 0o600), os.ErrNotExist)
}
