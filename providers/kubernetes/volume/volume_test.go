//go:build linux

package volume

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/diskspace"
)

func TestAmountOfAVolume(t *testing.T) {
	const gi = 1 << 30
	space := diskspace.Space{Total: 10 * gi, Used: 4 * gi, Available: 6 * gi}
	for name, tt := range map[string]struct {
		amount Amount
		want   int64
		wrong  string
	}{
		"bytes":                {amount: Amount{Bytes: gi}, want: gi},
		"percent":              {amount: Amount{Percent: 90}, want: 5 * gi},
		"all of it":            {amount: Amount{Percent: 100}, want: 6 * gi},
		"full enough already":  {amount: Amount{Percent: 40}, wrong: "40.0 percent full already"},
		"the reserve is kept":  {amount: Amount{Bytes: 5 * gi, Reserve: 2 * gi}, wrong: "the reserve would be touched: 6144.0 MiB are available"},
		"more than there is":   {amount: Amount{Bytes: 7 * gi}, wrong: "the reserve would be touched"},
		"percent and reserve":  {amount: Amount{Percent: 95, Reserve: gi}, wrong: "the reserve would be touched"},
		"reserve just touched": {amount: Amount{Bytes: 4 * gi, Reserve: 2 * gi}, want: 4 * gi},
	} {
		t.Run(name, func(t *testing.T) {
			bytes, err := tt.amount.of(space)
			if tt.wrong != "" {
				require.ErrorContains(t, err, tt.wrong)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, bytes)
		})
	}
}

// TestSpaceIsHeldUntilToldToEnd looks at the folder: there is no file in it, ever.
func TestSpaceIsHeldUntilToldToEnd(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	args := Args(dir, Amount{Bytes: 8 << 20, Reserve: 1 << 20}, time.Now().Add(time.Hour))
	go func() { ended <- Fill(ctx, args[1:], writer, os.Stderr) }()
	var report Report
	require.NoError(t, json.NewDecoder(reader).Decode(&report))
	assert.Equal(t, int64(8<<20), report.Bytes)
	assert.Positive(t, report.Total)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, files)
	cancel()
	require.NoError(t, <-ended)
}

func TestSpaceIsGivenBackAtTheDeadline(t *testing.T) {
	var out bytes.Buffer
	args := Args(t.TempDir(), Amount{Bytes: 1 << 20}, time.Now().Add(time.Second))
	begun := time.Now()
	require.NoError(t, Fill(t.Context(), args[1:], &out, os.Stderr))
	assert.Less(t, time.Since(begun), 10*time.Second)
	assert.Contains(t, out.String(), `"bytes":1048576`)
}

func TestFolderMustBeThere(t *testing.T) {
	args := Args("/does/not/exist", Amount{Bytes: 1}, time.Now().Add(time.Minute))
	require.ErrorContains(t, Fill(t.Context(), args[1:], io.Discard, io.Discard), "/does/not/exist")
}
