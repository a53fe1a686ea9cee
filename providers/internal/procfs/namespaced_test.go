//go:build linux

package procfs

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNamespacedIDs(t *testing.T) {
	assert.Equal(t, []int{4711, 23, 1}, parseNamespacedIDs([]byte("Name:\tsh\nPid:\t4711\nNSpid:\t4711\t23\t1\nNSpgid:\t4711\t23\t1\n")))
	assert.Empty(t, parseNamespacedIDs([]byte("Name:\tsh\n")), "a kernel that does not say")
	own, err := NamespacedIDs(os.Getpid())
	require.NoError(t, err)
	require.NotEmpty(t, own)
	assert.Equal(t, os.Getpid(), own[0])
	_, err = NamespacedIDs(1 << 30)
	require.ErrorIs(t, err, ErrGone)
}
