package stress

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
)

// TestFillOutlivesTheCollector collects garbage as the runtime does by itself every
// two minutes: the space must not come back by that.
func TestFillOutlivesTheCollector(t *testing.T) {
	require.NoError(t, fill(t.TempDir(), 1<<20))
	t.Cleanup(func() { _ = unix.Close(fillDescriptor) })
	for range 3 {
		collected := make(chan struct{})
		runtime.SetFinalizer(&[1 << 10]byte{}, func(*[1 << 10]byte) { close(collected) })
		runtime.GC()
		<-collected
	}
	assert.GreaterOrEqual(t, FilledBytes(os.Getpid()), int64(1<<20))
}

// groupFiles are those of a group of version 2 with a limit of 100 MiB.
func groupFiles(t *testing.T, used int64) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"cgroup.procs": "", "memory.max": number(100 << 20), "memory.current": number(used)} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func TestRoom(t *testing.T) {
	r := room{margin: 5 * mi, other: groupFiles(t, 40*mi)}
	require.NoError(t, r.left(0, 4*mi))
	require.NoError(t, r.left(51*mi, 4*mi))
	require.ErrorIs(t, r.left(52*mi, 4*mi), ErrReserve, "the other group doesn't count what was taken")
	r.margin = unchecked
	require.NoError(t, r.left(52*mi, 4*mi))
	require.ErrorIs(t, room{margin: math.MaxInt64 - 1}.left(0, 4*mi), ErrReserve, "its own group")
}

// TestFileInMemory counts a file in memory as memory.
func TestFileInMemory(t *testing.T) {
	dir, err := os.Open("/dev/shm")
	if err != nil {
		t.Skip(err)
	}
	defer dir.Close()
	group := cgroup.Memory{Limit: 100 * mi, Headroom: 50 * mi}
	require.NoError(t, roomInMemory(dir, 45*mi, group))
	require.ErrorIs(t, roomInMemory(dir, 46*mi, group), ErrReserve)
	require.NoError(t, roomInMemory(dir, 46*mi, cgroup.Memory{Limit: cgroup.Unlimited, Headroom: cgroup.Unlimited}))
}
