package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers"
)

func fixedNow() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

func record(id string) Fault {
	return Fault{ID: id, Record: &providers.Record{ID: id, Type: "local_process_kill"}}
}

// hold takes the lock for the rest of the test.
func hold(t *testing.T, dir string) *Held {
	t.Helper()
	held, err := Hold(dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, held.Release()) })
	return held
}

// written is the text of a journal with a run, an environment and two faults,
// one of them reverted.
func written(t *testing.T, dir string) string {
	t.Helper()
	journal, err := Create(dir, fixedNow)
	require.NoError(t, err)
	require.NoError(t, journal.Append(RunStarted, Started{Run: "r1", PID: 1}))
	require.NoError(t, journal.Append(EnvironmentPrepared, Environment{Address: "environment.a", Handle: &providers.EnvironmentHandle{Address: "environment.a"}}))
	require.NoError(t, journal.Append(FaultPrepared, record("f1")))
	require.NoError(t, journal.Append(FaultPrepared, record("f2")))
	require.NoError(t, journal.Append(FaultReverted, Fault{ID: "f1"}))
	require.NoError(t, journal.Close())
	text, err := os.ReadFile(filepath.Join(dir, FileName))
	require.NoError(t, err)
	return string(text)
}

func TestReadFindsWhatIsOpen(t *testing.T) {
	dir := t.TempDir()
	written(t, dir)
	replay, err := Read(dir)
	require.NoError(t, err)
	assert.Equal(t, "r1", replay.Started.Run)
	assert.Nil(t, replay.Finished)
	require.Len(t, replay.Faults, 1)
	assert.Equal(t, "f2", replay.Faults[0].ID)
	assert.Len(t, replay.Environments, 1)
	assert.False(t, replay.Clean())
}

func TestResumeClosesWhatWasOpen(t *testing.T) {
	dir := t.TempDir()
	written(t, dir)
	journal, err := hold(t, dir).Resume(fixedNow)
	require.NoError(t, err)
	require.NoError(t, journal.Append(FaultReverted, Fault{ID: "f2"}))
	require.NoError(t, journal.Append(EnvironmentDown, Environment{Address: "environment.a"}))
	require.NoError(t, journal.Close())
	replay, err := Read(dir)
	require.NoError(t, err)
	assert.True(t, replay.Clean())
	assert.Equal(t, uint64(7), replay.Entries[6].Seq)
}

func TestHeldWhileItsRunLives(t *testing.T) {
	dir := t.TempDir()
	journal, err := Create(dir, fixedNow)
	require.NoError(t, err)
	_, err = Hold(dir)
	require.ErrorIs(t, err, ErrHeld)
	require.ErrorIs(t, Free(dir), ErrHeld)
	require.NoError(t, journal.Close())
	require.NoError(t, Free(dir))
}

// TestHeldUntilReleased: what is done about a run goes on after its journal has
// been written, or cannot be written at all.
func TestHeldUntilReleased(t *testing.T) {
	for name, damage := range map[string]string{"whole": "", "damaged": "rubbish\n"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			text := written(t, dir)
			require.NoError(t, os.WriteFile(filepath.Join(dir, FileName), []byte(text+damage), 0o600))
			held, err := Hold(dir)
			require.NoError(t, err)
			log, err := held.Resume(fixedNow)
			require.Equal(t, damage != "", err != nil)
			if err == nil {
				require.NoError(t, log.Close())
			}
			require.ErrorIs(t, Free(dir), ErrHeld)
			require.NoError(t, held.Release())
			require.NoError(t, Free(dir))
		})
	}
}

func TestCreateNeverOverwrites(t *testing.T) {
	dir := t.TempDir()
	written(t, dir)
	_, err := Create(dir, fixedNow)
	require.ErrorIs(t, err, os.ErrExist)
}

// TestTornAnywhere cuts the file at every byte: whole lines are kept, the torn
// one is left out, and no cut is taken for corruption.
func TestTornAnywhere(t *testing.T) {
	text := written(t, t.TempDir())
	for cut := range len(text) {
		replay, err := replay(strings.NewReader(text[:cut]))
		require.NoError(t, err, "cut at byte %d", cut)
		require.Len(t, replay.Entries, strings.Count(text[:cut], "\n"))
	}
}

func TestResumeCutsTheTornLineOff(t *testing.T) {
	dir := t.TempDir()
	text := written(t, dir)
	path := filepath.Join(dir, FileName)
	require.NoError(t, os.WriteFile(path, []byte(text[:len(text)-5]), 0o600))
	journal, err := hold(t, dir).Resume(fixedNow)
	require.NoError(t, err)
	require.NoError(t, journal.Append(FaultReverted, Fault{ID: "f1"}))
	require.NoError(t, journal.Close())
	healed, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, text, string(healed), "the same entry, written again")
}

// TestChangedAnywhere flips one byte of any whole line: it is always noticed,
// and named.
func TestChangedAnywhere(t *testing.T) {
	text := written(t, t.TempDir())
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(text)-2).Draw(t, "at")
		flipped := []byte(text)
		flipped[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "with"))
		_, err := replay(bytes.NewReader(flipped))
		var corrupt *CorruptError
		if !errors.As(err, &corrupt) {
			t.Fatalf("byte %d changed and nobody noticed: %q", at, flipped)
		}
	})
}

// TestChangedCase: JSON reads keys of any case.
func TestChangedCase(t *testing.T) {
	_, err := replay(strings.NewReader(strings.Replace(written(t, t.TempDir()), `"seq"`, `"Seq"`, 1)))
	var corrupt *CorruptError
	require.ErrorAs(t, err, &corrupt)
	assert.Equal(t, 1, corrupt.Line)
}

func FuzzReplay(f *testing.F) {
	f.Add([]byte(`{"seq":1,"time":"2026-01-02T03:04:05Z","type":"run_started","data":{},"sum":"00000000"}` + "\n"))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := replay(bytes.NewReader(text)); err != nil {
			var corrupt *CorruptError
			require.ErrorAs(t, err, &corrupt)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	journal, err := Create(b.TempDir(), time.Now)
	require.NoError(b, err)
	defer func() { require.NoError(b, journal.Close()) }()
	for b.Loop() {
		require.NoError(b, journal.Append(FaultPrepared, record("f")))
	}
}
