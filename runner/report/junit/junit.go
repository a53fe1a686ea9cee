// Package junit draws a run as JUnit XML, for the readers that CI systems use:
// one case for each assertion, each fault's evidence, each revert, and for
// whatever else went wrong. It is a fold over events and draws a correct file
// from any part of a run.
package junit

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gameday-dev/gameday/internal/outfile"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
)

// between is how long the file may lag behind the run; see Emit.
const between = time.Second

// Sink writes the report to a file.
type Sink struct {
	path    string // as it was given
	place   outfile.Place
	base    string
	run     report.Run
	begun   Begun
	cause   error     // why the run could not begin
	written time.Time // time of the event at the last write
	err     error
}

// Begun is what is known of a run before its first event.
type Begun struct {
	ID string
	At time.Time
}

// New makes a sink that writes to path, creating its folder. Absolute names of
// files in the report are made relative to base. It fails at once when the file
// could not be written at the end.
func New(path, base string, begun Begun) (*Sink, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, fmt.Errorf("creating the folder of the JUnit report: %w", err)
	}
	place, err := outfile.At(path)
	if err == nil {
		err = place.Try()
	}
	if err != nil {
		return nil, fmt.Errorf("the JUnit report cannot be written to %s: %w", path, err)
	}
	return &Sink{path: path, place: place, base: base, begun: begun}, nil
}

// Emit takes an event. The file is written at the start of the run and, at most
// once a second, when an experiment ends: should the run be killed, what stays
// behind says that it was interrupted. What cannot be replaced, such as a pipe,
// gets the report once, from Close.
func (s *Sink) Emit(e event.Event) {
	s.run.Apply(e)
	if s.place.Stream() {
		return
	}
	switch e.Body.(type) {
	case event.RunStarted, event.RunFinished:
		s.write(e.Time)
	case event.ExperimentFinished:
		if e.Time.Sub(s.written) >= between {
			s.write(e.Time)
		}
	}
}

// CouldNotBegin tells why no event will come.
func (s *Sink) CouldNotBegin(cause error) { s.cause = cause }

// Close writes the report of everything that came, and returns the last error
// of writing. Of a run of which nothing came it is known which one it was.
func (s *Sink) Close() error {
	if s.run.Began.IsZero() {
		s.run.ID, s.run.Began, s.run.Ended = s.begun.ID, s.begun.At, s.begun.At
	}
	s.write(s.run.Ended)
	return s.err
}

func (s *Sink) write(at time.Time) {
	s.written = at
	b := newBuilder(&s.run, s.base)
	b.cause = s.cause
	text, err := encode(b.document())
	if err == nil {
		err = s.place.Write(text, 0o644)
	}
	if err != nil {
		err = fmt.Errorf("writing the JUnit report to %s: %w", s.path, err)
	}
	s.err = err
}

// Render draws the run as it is known. Absolute names of files are made
// relative to base.
func Render(run *report.Run, base string) ([]byte, error) {
	return encode(newBuilder(run, base).document())
}
