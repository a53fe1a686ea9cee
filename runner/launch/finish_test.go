package launch

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/secret"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report/console"
	"github.com/gameday-dev/gameday/runner/report/jsonl"
	"github.com/gameday-dev/gameday/runner/report/redact"
)

// stalled is a writer whose reader stands still until it is released.
type stalled struct {
	released chan struct{}
	got      bytes.Buffer
}

func (s *stalled) Write(p []byte) (int, error) {
	<-s.released
	return s.got.Write(p)
}

// TestAReaderThatStandsStillDoesNotKeepARunFromEnding: its report is left as it is, and the others are finished.
func TestAReaderThatStandsStillDoesNotKeepARunFromEnding(t *testing.T) {
	for name, view := range map[string]func(*stalled) View{
		"events":  func(s *stalled) View { return jsonl.New(s) },
		"console": func(s *stalled) View { return console.New(console.Options{Out: s}) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, slow, healthy := &reports{}, &stalled{released: make(chan struct{})}, &bytes.Buffer{}
				out.add(redact.New(&secret.Collection{}), view(slow))
				out.add(redact.New(&secret.Collection{}), jsonl.New(healthy))
				run := &Run{Bus: event.NewBus("r1", time.Now, out.sinks...), reports: out}
				run.Bus.Emit(event.Notice{Text: "one"})
				run.Bus.Emit(event.Notice{Text: "two"})

				began, ended := time.Now(), make(chan error, 1)
				go func() { ended <- run.FinishReports() }()
				select {
				case err := <-ended:
					require.ErrorContains(t, err, "took nothing for 5s and was left behind")
					assert.Less(t, time.Since(began), 6*time.Second)
				case <-time.After(time.Minute):
					assert.Fail(t, "it waits for whoever does not read")
				}
				assert.Equal(t, 2, bytes.Count(healthy.Bytes(), []byte("\n")))
				close(slow.released)
				synctest.Wait()
				assert.Equal(t, 1, bytes.Count(slow.got.Bytes(), []byte("one")), "%s", slow.got.String())
			})
		})
	}
}
