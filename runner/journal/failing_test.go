package journal

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sick is a file on a disk that fails once, when its switch is on.
type sick struct {
	*os.File
	write, sync, truncate bool
}

var errDisk = errors.New("no space left")

// Write writes half, as a full disk does.
func (s *sick) Write(line []byte) (int, error) {
	if !s.write {
		return s.File.Write(line)
	}
	s.write = false
	n, _ := s.File.Write(line[:len(line)/2])
	return n, errDisk
}

func (s *sick) Sync() error {
	if !s.sync {
		return s.File.Sync()
	}
	s.sync = false
	return errDisk
}

func (s *sick) Truncate(size int64) error {
	if !s.truncate {
		return s.File.Truncate(size)
	}
	return errDisk
}

// TestFailedEntriesDoNotHarmOthers: what is appended after an entry that could
// not be written is read, or refused; it never makes the journal corrupt.
func TestFailedEntriesDoNotHarmOthers(t *testing.T) {
	cases := map[string]struct {
		sickness sick
		goesOn   bool
	}{
		"half a line":                    {sick{write: true}, true},
		"half a line that stays":         {sick{write: true, truncate: true}, false},
		"not synced":                     {sick{sync: true}, false},
		"not synced, and the line stays": {sick{sync: true, truncate: true}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			j, err := Create(dir, time.Now)
			require.NoError(t, err)
			require.NoError(t, j.Append(RunStarted, Started{Run: "r"}))
			disk := c.sickness
			disk.File = j.file.(*os.File)
			j.file = &disk

			require.ErrorIs(t, j.Append(FaultPrepared, Fault{ID: "f"}), errDisk)
			err = j.Append(RunFinished, Finished{Verdict: "errored"})
			assert.Equal(t, c.goesOn, err == nil, err)
			require.NoError(t, j.Close())

			replay, err := Read(dir)
			if c.sickness == (sick{sync: true, truncate: true}) {
				return // the line is there: undoing what was never done is allowed
			}
			require.NoError(t, err)
			assert.Equal(t, c.goesOn, replay.Finished != nil)
			assert.True(t, replay.Clean())
		})
	}
}
