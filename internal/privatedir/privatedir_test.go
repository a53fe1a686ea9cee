package privatedir_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/internal/privatedir"
)

func TestMake(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "private")
	require.NoError(t, privatedir.Make(dir))
	info, err := os.Stat(dir)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	assert.NoError(t, privatedir.Make(dir), "its own is there already")
}

func TestFoldersOfOthersAreRefused(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, dir string){
		"that others may write to": func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.Mkdir(dir, 0o700))
			require.NoError(t, os.Chmod(dir, 0o777)) // whatever the umask is
		},
		"of another user": func(t *testing.T, dir string) {
			t.Helper()
			if os.Getuid() != 0 {
				t.Skip("only root may give a folder away")
			}
			require.NoError(t, os.Mkdir(dir, 0o700))
			require.NoError(t, os.Chown(dir, 65534, 65534))
		},
		"by a link": func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.Symlink(t.TempDir(), dir))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "caught")
			prepare(t, dir)
			require.ErrorContains(t, privatedir.Make(dir), "expected one that only user")
		})
	}
}

func TestFileInItsPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	assert.Error(t, privatedir.Make(path))
}
