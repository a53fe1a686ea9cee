package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const lockKey = "machine/cpu"

// locksDir is where locks are, below a folder for temporary files of the test's own.
func locksDir(t *testing.T) string {
	t.Helper()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	return filepath.Join(temp, fmt.Sprintf("gameday-locks-%d", os.Getuid()))
}

func TestLockIsOfOneRun(t *testing.T) {
	locksDir(t)
	first, err := takeLock(lockKey, "01LONGER")
	require.NoError(t, err)
	_, err = takeLock(lockKey, "01B")
	require.EqualError(t, err, "locking machine/cpu: run 01LONGER holds it; wait until it has ended")

	release(first)
	second, err := takeLock(lockKey, "01B")
	require.NoError(t, err)
	defer release(second)
	_, err = takeLock(lockKey, "01C")
	assert.EqualError(t, err, "locking machine/cpu: run 01B holds it; wait until it has ended", "nothing is left of who held it before")
}

// TestLockFollowsNothing has another user prepare what would lead root to a file
// of root's.
func TestLockFollowsNothing(t *testing.T) {
	for name, mode := range map[string]os.FileMode{
		"a link in a folder that others may write to": 0o777,
		"a link in a folder of one's own":             0o700,
	} {
		t.Run(name, func(t *testing.T) {
			dir := locksDir(t)
			held, err := takeLock(lockKey, "01A")
			require.NoError(t, err)
			release(held)
			victim := filepath.Join(t.TempDir(), "victim")
			require.NoError(t, os.WriteFile(victim, []byte("precious"), 0o600))
			require.NoError(t, os.Remove(held.Name()))
			require.NoError(t, os.Symlink(victim, held.Name()))
			require.NoError(t, os.Chmod(dir, mode))

			_, err = takeLock(lockKey, "01B")
			require.ErrorContains(t, err, "locking machine/cpu: ")
			text, err := os.ReadFile(victim)
			require.NoError(t, err)
			assert.Equal(t, "precious", string(text))
		})
	}
}

func TestLockFolderByALinkIsRefused(t *testing.T) {
	elsewhere := t.TempDir()
	require.NoError(t, os.Symlink(elsewhere, locksDir(t)))
	_, err := takeLock(lockKey, "01A")
	require.ErrorContains(t, err, "expected one that only user")
	left, err := os.ReadDir(elsewhere)
	require.NoError(t, err)
	assert.Empty(t, left)
}
