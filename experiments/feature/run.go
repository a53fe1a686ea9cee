package feature

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/console"
	"github.com/gameday-dev/gameday/runner/report/junit"
	"github.com/gameday-dev/gameday/runner/report/redact"
	"github.com/gameday-dev/gameday/runner/report/rundir"
)

// run executes a plan and gives the picture of it. An error means that the run
// could not begin, or that its reports could not be written.
func (s *settings) run(ctx context.Context, t *testing.T, p *planned) (*report.Run, error) {
	t.Helper()
	root, err := filepath.Abs(s.runs)
	if err != nil {
		return nil, fmt.Errorf("find the directory of runs: %w", err)
	}
	id := ulid.Make().String()
	dir := filepath.Join(rundir.Root(root), id)
	out, err := s.openReports(t.Output(), dir, p.secrets)
	if err != nil {
		return nil, err
	}
	log, err := journal.Create(dir, time.Now)
	if err != nil {
		return nil, errors.Join(err, out.close())
	}
	bus := event.NewBus(id, time.Now, out.sinks...)
	e := engine.New(engine.Request{
		Plan: p.plan, Resolve: p.resolve, Run: id, RunDir: dir, Dir: p.dir, Version: version(),
		Journal: log, Bus: bus, Parallelism: 1, Mend: "gameday -chdir " + root + " recover " + id,
	})
	ctx, stop := stoppable(ctx, t, e, bus, dir)
	defer stop() // last: whoever stopped the test waits for its reports
	_, runErr := e.Run(ctx)
	return out.picture, errors.Join(runErr, bus.Close(), out.close(), log.Close())
}

// reports are the folds over a run's events. None of them sees a secret.
type reports struct {
	picture *report.Run
	sinks   []event.Sink
	closers []io.Closer
}

// openReports opens the test's output, the run's folder, the JUnit file where one
// was asked for, and the picture by which the test is judged.
func (s *settings) openReports(output io.Writer, dir string, secrets []string) (*reports, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find the working directory: %w", err)
	}
	hide := redact.New(secrets...)
	out := &reports{picture: &report.Run{}}
	out.sinks = append(out.sinks, hide.Sink(picture{out.picture}))
	add := func(sink closingSink) {
		out.sinks, out.closers = append(out.sinks, hide.Sink(sink)), append(out.closers, sink)
	}
	if s.junit != "" {
		sink, err := junit.New(s.junit, here)
		if err != nil {
			return nil, err
		}
		add(sink)
	}
	folder, err := rundir.New(dir, here)
	if err != nil {
		return nil, errors.Join(err, out.close())
	}
	add(folder)
	add(console.New(console.Options{Out: output, Base: here}))
	return out, nil
}

type closingSink interface {
	event.Sink
	io.Closer
}

// close finishes every report.
func (r *reports) close() error {
	var errs []error
	for _, closer := range r.closers {
		errs = append(errs, closer.Close())
	}
	return errors.Join(errs...)
}

// picture is a sink that keeps the whole run.
type picture struct{ run *report.Run }

func (p picture) Emit(e event.Event) { p.run.Apply(e) }
