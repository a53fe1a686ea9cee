package cli

import (
	"errors"
	"io"
	"os"
	"sync"

	"github.com/charmbracelet/x/term"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report/console"
	"github.com/gameday-dev/gameday/runner/report/github"
	"github.com/gameday-dev/gameday/runner/report/jsonl"
	"github.com/gameday-dev/gameday/runner/report/junit"
	"github.com/gameday-dev/gameday/runner/report/redact"
	"github.com/gameday-dev/gameday/runner/report/rundir"
)

// reports are the folds over a run's events.
type reports struct {
	sinks   []event.Sink
	closers []io.Closer

	closing sync.Once
	closed  error // what closing them came to
}

// openReports opens every report of a run: the console or JSON lines, the run's
// folder, and a JUnit file where one was asked for. None of them sees a secret.
func (s *session) openReports(flags applyFlags, dir, here string, secrets []string) (*reports, error) {
	out, hide := &reports{}, redact.New(secrets...)
	if flags.junit != "" { // first: where it cannot be written, there is no run, and no folder of one
		sink, err := junit.New(flags.junit, here)
		if err != nil {
			return nil, err
		}
		add(out, hide, sink)
	}
	folder, err := rundir.New(dir, here)
	if err != nil {
		return nil, errors.Join(err, out.close())
	}
	add(out, hide, folder)
	if flags.github && !flags.json { // both are about standard output
		add(out, hide, github.New(s.Out, os.Getenv("GITHUB_STEP_SUMMARY"), here))
	}
	if flags.json {
		add(out, hide, jsonl.New(s.Out))
	} else {
		add(out, hide, s.console(flags.verbose))
	}
	return out, nil
}

// console is the view for people: live on a terminal, plain lines elsewhere.
func (s *session) console(verbose bool) *console.Console {
	style := s.style(s.Out)
	_, live := terminal(s.Out)
	return console.New(console.Options{
		Out: s.Out, Color: style.Color, Width: style.Width, Live: live, Verbose: verbose, Size: s.size, Base: s.reader(),
	})
}

// size is that of the terminal now, so that the view follows it when it changes.
func (s *session) size() (width, height int) {
	if file, ok := terminal(s.Out); ok {
		width, height, _ = term.GetSize(file.Fd()) // zero for unknown
	}
	return width, height
}

func add[S interface {
	event.Sink
	io.Closer
}](r *reports, hide *redact.Redactor, sink S) {
	r.sinks = append(r.sinks, hide.Sink(sink))
	r.closers = append(r.closers, sink)
}

// close finishes every report, once: a third signal may come while that is being
// done.
func (r *reports) close() error {
	r.closing.Do(func() {
		var errs []error
		for _, closer := range r.closers {
			errs = append(errs, closer.Close())
		}
		r.closed = errors.Join(errs...)
	})
	return r.closed
}
