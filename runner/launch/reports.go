package launch

import (
	"errors"
	"io"
	"sync"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report/junit"
	"github.com/gameday-dev/gameday/runner/report/redact"
	"github.com/gameday-dev/gameday/runner/report/rundir"
)

// View is a fold over a run's events that is finished when the run is.
type View interface {
	event.Sink
	io.Closer
}

// reports are the folds over a run's events.
type reports struct {
	sinks   []event.Sink
	closers []io.Closer

	closing sync.Once
	closed  error // what closing them came to
}

// openReports opens every report of a run: a JUnit file where one was asked for, the
// run's folder, and the views. None of them sees a secret, nor one that is first met when an
// environment is up: the run evaluates the same configuration, whose secrets these are.
func openReports(r Request, begun junit.Begun, dir string) (*reports, error) {
	out, hide := &reports{}, redact.New(&r.Configuration.secrets)
	if r.JUnit != "" { // first: where it cannot be written, there is no run, and no folder of one
		file, err := junit.New(r.JUnit, r.Base, begun)
		if err != nil {
			return nil, err
		}
		out.add(hide, file)
	}
	folder, err := rundir.New(dir, r.Base)
	if err != nil {
		return nil, out.refuse(err)
	}
	out.add(hide, folder)
	for _, view := range r.Views {
		out.add(hide, view)
	}
	return out, nil
}

func (r *reports) add(hide *redact.Redactor, view View) {
	r.sinks = append(r.sinks, hide.Sink(view))
	r.closers = append(r.closers, view)
}

// refuse finishes the reports of a run that cannot begin, in which they say why.
func (r *reports) refuse(cause error) error { return errors.Join(cause, r.finish(cause, nil)) }

// finish finishes every report, once: somebody may lose patience while that is being
// done. One that the bus has left behind is not touched. A cause is why the run could
// not begin.
func (r *reports) finish(cause error, bus *event.Bus) error {
	r.closing.Do(func() {
		var errs []error
		for n, closer := range r.closers {
			if bus != nil && bus.Holds(n) {
				continue // what Close of the bus has told of
			}
			if view, ok := closer.(interface{ CouldNotBegin(cause error) }); ok && cause != nil {
				view.CouldNotBegin(cause)
			}
			errs = append(errs, closer.Close())
		}
		r.closed = errors.Join(errs...)
	})
	return r.closed
}
