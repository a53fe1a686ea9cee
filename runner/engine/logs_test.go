package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
)

// keptLogs is what became of an environment's logs.
type keptLogs struct {
	err   error
	times int
	late  bool // the environment was down by then
}

func (e fakeEnvironment) KeepLogs(_ context.Context, _ providers.EnvironmentHandle, progress func(string)) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.logs == nil {
		return nil
	}
	e.logs.times++
	e.logs.late = !e.up
	progress("collect")
	return e.logs.err
}

// TestLogsAreKept when an experiment went wrong, before they are gone.
func TestLogsAreKept(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		world func(*world)
		times int
		steps string
	}{
		"passed":            {tolerant(""), nil, 0, ""},
		"failed":            {with(), nil, 1, "collect"},
		"inconclusive":      {tolerant(""), func(w *world) { w.noEvidence = true }, 1, "collect"},
		"errored":           {with(), func(w *world) { w.injectErr = errors.New("no") }, 1, "collect"},
		"could not be kept": {with(), func(w *world) { w.logs.err = errors.New("disk full") }, 1, "collect; its logs were not kept: disk full"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.text)
			b.logs = &keptLogs{}
			if c.world != nil {
				c.world(b.world)
			}
			synctest.Test(t, func(t *testing.T) {
				b.run(t.Context())
				assert.Equal(t, c.times, b.logs.times)
				assert.False(t, b.logs.late)
				var steps []string
				for _, p := range all[event.EnvironmentProgress](b.events) {
					if p.Step == "collect" || strings.Contains(p.Step, "logs") {
						steps = append(steps, p.Step)
					}
				}
				assert.Contains(t, strings.Join(steps, "; "), c.steps)
			})
		})
	}
}

// TestStoppedRunsDoNotWaitForLogs: who stops a run wants it to end.
func TestStoppedRunsDoNotWaitForLogs(t *testing.T) {
	b := newBench(t, with())
	b.logs = &keptLogs{}
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(4*time.Second, stop)
		b.run(ctx)
		assert.Zero(t, b.logs.times)
	})
}
