package jsonl_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/console"
	"github.com/gameday-dev/gameday/runner/report/jsonl"
	"github.com/gameday-dev/gameday/runner/report/junit"
	"github.com/gameday-dev/gameday/runner/report/markdown"
)

// FuzzRead reads any file as a stream: whatever it says, every report can be
// drawn of it.
func FuzzRead(f *testing.F) {
	for _, name := range eventtest.Scenarios(f) {
		var out bytes.Buffer
		eventtest.Play(eventtest.Scenario(f, name), jsonl.New(&out))
		f.Add(out.Bytes())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		events, _ := jsonl.Read(bytes.NewReader(text))
		run := report.Fold(events)
		_, err := junit.Render(run, "")
		require.NoError(t, err)
		markdown.Render(run)
		c := console.New(console.Options{Out: &bytes.Buffer{}, Color: true})
		eventtest.Play(events, c)
		require.NoError(t, c.Close())
	})
}
