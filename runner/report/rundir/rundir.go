// Package rundir keeps every run in a folder of its own, .gameday/runs/ID:
//
//	events.jsonl  the events, appended as they come; what runs are replayed from
//	report.json   the picture of the whole run, at its end
//	junit.xml     the same for CI systems; also of a run that was killed
//	summary.md    the same for people
//
// Beside these live the journal and the logs of environments, which belong to
// others.
package rundir

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/jsonl"
	"github.com/gameday-dev/gameday/runner/report/junit"
	"github.com/gameday-dev/gameday/runner/report/markdown"
)

// The files of a run.
const (
	EventsFile  = "events.jsonl"
	ReportFile  = "report.json"
	JUnitFile   = "junit.xml"
	SummaryFile = "summary.md"
)

// Root is the folder of all runs below a working directory.
func Root(dir string) string { return filepath.Join(dir, ".gameday", "runs") }

// Sink writes the files of one run.
type Sink struct {
	dir    string
	run    report.Run
	file   *os.File
	events *jsonl.Sink
	junit  *junit.Sink
}

// New makes a sink that writes to dir, creating it. Absolute names of files in
// the reports are made relative to base. A folder that holds a run already is
// an error.
func New(dir, base string) (*Sink, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("creating the run's folder: %w", err)
	}
	// Only the user may read it: output of commands may hold what nobody
	// declared as sensitive.
	file, err := os.OpenFile(filepath.Join(dir, EventsFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("creating the run's event file: %w", err)
	}
	sink, err := junit.New(filepath.Join(dir, JUnitFile), base, junit.Begun{ID: filepath.Base(dir), At: time.Now()})
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &Sink{dir: dir, file: file, events: jsonl.New(file), junit: sink}, nil
}

// CouldNotBegin tells why no event will come.
func (s *Sink) CouldNotBegin(cause error) { s.junit.CouldNotBegin(cause) }

// Ended reports whether the run's end is among its events.
func (s *Sink) Ended() bool { return s.run.Finished != nil }

// Emit writes the event to every file that is kept up to date as the run goes.
func (s *Sink) Emit(e event.Event) {
	s.run.Apply(e)
	s.events.Emit(e)
	s.junit.Emit(e)
}

// Close writes the files that are drawn at the end, and returns what could not
// be written.
func (s *Sink) Close() error {
	picture, err := json.MarshalIndent(&s.run, "", "  ")
	return errors.Join(
		s.events.Close(),
		s.file.Close(),
		s.junit.Close(),
		err,
		s.write(ReportFile, append(picture, '\n')),
		s.write(SummaryFile, markdown.Render(&s.run)),
	)
}

func (s *Sink) write(name string, text []byte) error {
	if err := renameio.WriteFile(filepath.Join(s.dir, name), text, 0o600); err != nil {
		return fmt.Errorf("writing the run's %s: %w", name, err)
	}
	return nil
}
