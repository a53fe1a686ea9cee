package diskspace

import (
	"bytes"
	"compress/flate"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWrittenFillDoesNotShrink compresses what is written where blocks cannot be
// reserved: a filesystem that compresses must take as much space for it.
func TestWrittenFillDoesNotShrink(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fill")
	file, err := os.Create(path)
	require.NoError(t, err)
	const size = 3<<20 + 5
	require.NoError(t, writeNoise(file, size))
	require.NoError(t, file.Close())
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Len(t, written, size)
	var packed bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.BestSpeed)
	require.NoError(t, err)
	_, err = io.Copy(deflate, bytes.NewReader(written))
	require.NoError(t, err)
	require.NoError(t, deflate.Close())
	assert.Greater(t, packed.Len(), size*9/10)
}
