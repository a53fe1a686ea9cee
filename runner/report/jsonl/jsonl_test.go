package jsonl_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report/jsonl"
)

func written(t *testing.T, events []event.Event) string {
	t.Helper()
	var out bytes.Buffer
	sink := jsonl.New(&out)
	eventtest.Play(events, sink)
	require.NoError(t, sink.Close())
	return out.String()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, name := range eventtest.Scenarios(t) {
		want := eventtest.Scenario(t, name)
		text := written(t, want)
		assert.Equal(t, len(want), strings.Count(text, "\n"))
		got, err := jsonl.Read(strings.NewReader(text))
		require.NoError(t, err)
		assert.Equal(t, want, got, name)
	}
}

func TestReadLeavesOutATornLastLine(t *testing.T) {
	events := eventtest.Scenario(t, "passed")
	text := written(t, events)
	for _, torn := range []int{1, 2, 20} { // 1: all of it but the newline
		got, err := jsonl.Read(strings.NewReader(text[:len(text)-torn]))
		require.NoError(t, err)
		assert.Equal(t, events[:len(events)-1], got)
	}
}

func TestReadNamesALineThatIsNoEvent(t *testing.T) {
	text := written(t, eventtest.Scenario(t, "passed")[:1])
	got, err := jsonl.Read(strings.NewReader(text + "rubbish\n" + text))
	assert.ErrorContains(t, err, "line 2: ")
	assert.Len(t, got, 1)
}

// fullDisk takes so many writes and no more.
type fullDisk struct{ left, tries int }

func (d *fullDisk) Write(p []byte) (int, error) {
	d.tries++
	if d.left--; d.left < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

func TestSinkStopsAtTheFirstError(t *testing.T) {
	disk := &fullDisk{left: 2}
	sink := jsonl.New(disk)
	eventtest.Play(eventtest.Scenario(t, "passed"), sink)
	assert.ErrorContains(t, sink.Close(), "writing event 3: no space left on device")
	assert.Equal(t, 3, disk.tries)
}
