package bounded_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/local/internal/bounded"
)

// opened is a log that keeps few bytes, and what reads its file.
func opened(t *testing.T) (log *bounded.Log, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "web.log")
	log, err := bounded.Open(path, bounded.Limits{Head: 30, Tail: 30})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, log.Close()) })
	return log, path
}

func text(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

// lines writes numbered lines of nine bytes.
func lines(t *testing.T, log *bounded.Log, from, to int) {
	t.Helper()
	for i := from; i <= to; i++ {
		n, err := fmt.Fprintf(log, "line %03d\n", i)
		require.NoError(t, err)
		require.Equal(t, 9, n)
	}
}

func TestAShortLogIsKeptAsItIs(t *testing.T) {
	log, path := opened(t)
	lines(t, log, 1, 10)
	assert.Len(t, text(t, path), 90)
	assert.NotContains(t, text(t, path), "left out")
	assert.EqualValues(t, 90, log.Written())
}

func TestALongLogKeepsBothEnds(t *testing.T) {
	log, path := opened(t)
	lines(t, log, 1, 11)
	assert.Equal(t, "line 001\nline 002\nline 003\n[gameday: 45 bytes left out]\nline 009\nline 010\nline 011\n", text(t, path))
	lines(t, log, 12, 500)
	got := text(t, path)
	assert.True(t, strings.HasPrefix(got, "line 001\nline 002\nline 003\n[gameday: "), got)
	assert.True(t, strings.HasSuffix(got, "\nline 499\nline 500\n"), got)
	assert.Equal(t, 1, strings.Count(got, "left out"))
	assert.LessOrEqual(t, len(got), 30+2*30)

	var left int
	_, err := fmt.Sscanf(strings.Split(got, "\n")[3], "[gameday: %d bytes left out]", &left)
	require.NoError(t, err)
	kept := strings.Count(got, "line ") * 9
	assert.Equal(t, 500*9, left+kept, "the line tells of all that is missing")
}

func TestOneLineThatIsTooLong(t *testing.T) {
	log, path := opened(t)
	for range 20 {
		_, err := log.Write([]byte("0123456789"))
		require.NoError(t, err)
	}
	assert.Contains(t, text(t, path), "bytes left out]\n")
	assert.LessOrEqual(t, len(text(t, path)), 30+2*30)
}

func TestSince(t *testing.T) {
	log, _ := opened(t)
	lines(t, log, 1, 5)
	position := log.Written()
	assert.Empty(t, log.Since(position, 100))
	lines(t, log, 6, 7)
	assert.Equal(t, "line 006\nline 007\n", string(log.Since(position, 100)))
	assert.Equal(t, "line 007\n", string(log.Since(position, 9)), "the last of it")

	// Positions hold when something before them was left out, or they themselves.
	lines(t, log, 8, 10)
	position = log.Written()
	lines(t, log, 11, 11)
	assert.Equal(t, "line 011\n", string(log.Since(position, 100)))
	lines(t, log, 12, 500)
	since := string(log.Since(position, 100))
	assert.NotContains(t, since, "line 001")
	assert.NotContains(t, since, "left out")
	assert.True(t, strings.HasSuffix(since, "line 500\n"))
}

func TestALogIsGoneOnWith(t *testing.T) {
	path := filepath.Join(t.TempDir(), "web.log")
	for range 2 {
		log, err := bounded.Open(path, bounded.Limits{Head: 100, Tail: 100})
		require.NoError(t, err)
		lines(t, log, 1, 1)
		require.NoError(t, log.Close())
	}
	assert.Equal(t, "line 001\nline 001\n", text(t, path))
}

// A disk that is full must not stop the process that writes.
func TestWhatCannotBeWrittenIsLostAndTold(t *testing.T) {
	log, err := bounded.Open("/dev/full", bounded.Limits{Head: 30, Tail: 30})
	if err != nil {
		t.Skipf("there is no /dev/full here: %v", err)
	}
	lines(t, log, 1, 100)
	assert.Zero(t, log.Written())
	require.NoError(t, log.Close())
}
