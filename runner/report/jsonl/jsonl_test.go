package jsonl_test

import (
	"bytes"
	"errors"
	"math"
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

// fullDisk is full for some writes, of the first of which it takes the half.
type fullDisk struct {
	bytes.Buffer
	from, to, writes int
}

func (d *fullDisk) Write(p []byte) (int, error) {
	d.writes++
	if d.writes < d.from || d.writes >= d.to {
		return d.Buffer.Write(p)
	}
	taken := 0
	if d.writes == d.from {
		taken, _ = d.Buffer.Write(p[:len(p)/2])
	}
	return taken, errors.New("no space left on device")
}

func TestSinkGoesOnWhenThereIsSpaceAgain(t *testing.T) {
	events := eventtest.Scenario(t, "passed")
	for name, full := range map[string]int{"for one write": 1, "for some events": 7, "until the end": 2*(len(events)-2) - 1} {
		t.Run(name, func(t *testing.T) {
			disk := &fullDisk{from: 3, to: 3 + full}
			sink := jsonl.New(disk)
			eventtest.Play(events, sink)
			require.NoError(t, sink.Close())
			assert.Equal(t, written(t, events), disk.String())
		})
	}
}

func TestSinkOfADiskThatStaysFull(t *testing.T) {
	events := eventtest.Scenario(t, "passed")
	disk := &fullDisk{from: 3, to: math.MaxInt}
	sink := jsonl.New(disk)
	eventtest.Play(events, sink)
	require.ErrorContains(t, sink.Close(), "writing event 3: no space left on device")
	got, err := jsonl.Read(&disk.Buffer)
	require.NoError(t, err)
	assert.Equal(t, events[:2], got, "the torn line is left out")
}

// TestSinkKeepsNoMoreThanItMay ends the stream where that is, also when there is
// space again.
func TestSinkKeepsNoMoreThanItMay(t *testing.T) {
	disk := &fullDisk{from: 1, to: math.MaxInt}
	sink := jsonl.New(disk)
	long := strings.Repeat("x", 1<<20)
	for i := range 20 {
		sink.Emit(event.Event{Seq: uint64(i + 1), Run: "r", Body: event.Notice{Text: long}})
	}
	disk.to = 0
	sink.Emit(event.Event{Seq: 21, Run: "r", Body: event.Notice{Text: "after a hole"}})
	require.ErrorContains(t, sink.Close(), "writing event 9: no space left on device")
	got, err := jsonl.Read(&disk.Buffer)
	require.NoError(t, err)
	require.Len(t, got, 8)
	assert.Equal(t, uint64(8), got[7].Seq)
}
