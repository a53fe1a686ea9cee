package rundir

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gameday-dev/gameday/runner/report/jsonl"
	"github.com/gameday-dev/gameday/runner/report/junit"
)

// Continue makes a sink that goes on with the files of a run whose process is
// gone: what recover does about it becomes part of its reports. It returns the
// number of the last event that is there. A torn last line is cut off.
func Continue(dir, base string) (*Sink, uint64, error) {
	file, err := os.OpenFile(filepath.Join(dir, EventsFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("opening the run's event file: %w", err)
	}
	report, err := junit.New(filepath.Join(dir, JUnitFile), base, junit.Begun{ID: filepath.Base(dir), At: time.Now()})
	if err != nil {
		_ = file.Close()
		return nil, 0, err
	}
	sink := &Sink{dir: dir, file: file, events: jsonl.New(file), junit: report}
	last, err := sink.replay()
	if err != nil {
		_ = file.Close()
		return nil, 0, err
	}
	return sink, last, nil
}

// replay feeds the sink what is on file, and leaves the file where the next
// event belongs. A damaged line must not keep anybody from recovering the run:
// what comes before it is what the reports know, and the file goes on at its
// end.
func (s *Sink) replay() (last uint64, err error) {
	events, damage := jsonl.Read(s.file)
	for _, e := range events {
		s.run.Apply(e)
		s.junit.Emit(e)
		last = e.Seq
	}
	if damage != nil {
		_, err := s.file.Seek(0, io.SeekEnd)
		return last, err
	}
	return last, s.cutAfter(len(events))
}

// cutAfter truncates the file after so many lines.
func (s *Sink) cutAfter(lines int) error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	text, err := io.ReadAll(s.file)
	if err != nil {
		return err
	}
	end := int64(0)
	for i, b := range text {
		if lines == 0 {
			break
		}
		if b == '\n' {
			lines--
			end = int64(i + 1)
		}
	}
	if err := s.file.Truncate(end); err != nil {
		return err
	}
	_, err = s.file.Seek(end, io.SeekStart)
	return err
}
