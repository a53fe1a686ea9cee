// Package eventtest has what tests of reports share: event streams that are
// written down as scripts, recorders, and random events.
package eventtest

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
)

//go:embed scenarios/*.jsonl
var scenarios embed.FS

// Run is the run id of every script.
const Run = "01JD9Z4T6M3Q8W2K5R7V1XBCEF"

// Start is the moment at which every script begins.
func Start() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }

// Scenarios lists the names of the scripts in this package, sorted.
func Scenarios(t testing.TB) []string {
	t.Helper()
	entries, err := scenarios.ReadDir("scenarios")
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".jsonl"))
	}
	return names
}

// Scenario reads one of the scripts of this package.
func Scenario(t testing.TB, name string) []event.Event {
	t.Helper()
	text, err := scenarios.ReadFile(path.Join("scenarios", name+".jsonl"))
	require.NoError(t, err)
	return Parse(t, text)
}

// Parse reads a script: events as the codec writes them, one a line, but with
// "at" (seconds since the start) in place of time, and without run and sequence,
// which are filled in. Empty lines and lines that start with # are left out.
// A field that the body does not have is an error, so that scripts stay true.
func Parse(t testing.TB, text []byte) []event.Event {
	t.Helper()
	var events []event.Event
	lines := bufio.NewScanner(bytes.NewReader(text))
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		e, err := parse(line)
		require.NoError(t, err, "script line %d: %s", number, line)
		e.Seq = uint64(len(events) + 1)
		events = append(events, e)
	}
	require.NoError(t, lines.Err())
	return events
}

func parse(line string) (event.Event, error) {
	var head struct {
		At float64 `json:"at"`
	}
	if err := json.Unmarshal([]byte(line), &head); err != nil {
		return event.Event{}, err
	}
	e, err := event.Decode([]byte(line))
	if err != nil {
		return event.Event{}, err
	}
	e.Run = Run
	e.Time = Start().Add(time.Duration(head.At * float64(time.Second)))
	return e, checkFields(line, e)
}

// checkFields finds the fields of the line that the decoder dropped.
func checkFields(line string, e event.Event) error {
	known, err := event.Encode(e)
	if err != nil {
		return err
	}
	var want, got map[string]json.RawMessage
	if err := json.Unmarshal([]byte(line), &want); err != nil {
		return err
	}
	if err := json.Unmarshal(known, &got); err != nil {
		return err
	}
	for name, value := range want {
		zero := slices.Contains([]string{"0", `""`, "false", "null", "[]", "{}"}, string(value))
		if _, ok := got[name]; !ok && name != "at" && !zero {
			return fmt.Errorf("a %s event has no field %q", e.Body.Kind(), name)
		}
	}
	return nil
}

// Play gives the events to a sink, in order.
func Play(events []event.Event, sink event.Sink) {
	for _, e := range events {
		sink.Emit(e)
	}
}
