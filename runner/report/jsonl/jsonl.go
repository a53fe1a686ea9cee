// Package jsonl writes the event stream as it comes, one JSON object a line:
// the output of -json and the file that a run is replayed from.
package jsonl

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/gameday-dev/gameday/runner/event"
)

// Sink writes events to a writer. It is safe for use by many goroutines.
type Sink struct {
	out  io.Writer
	mu   sync.Mutex // of what follows
	rest []byte     // what could not be written yet; the writer may have the beginning of its first line
	lost bool       // an event after that, for good
	err  error      // of the oldest event that is not written
}

// mostUnwritten bounds what is kept while nothing can be written, in bytes: some
// hours of a run.
const mostUnwritten = 8 << 20

// New makes a sink that writes to out, one Write a line, so that a reader never
// sees half of one that was written in whole.
func New(out io.Writer) *Sink { return &Sink{out: out} }

// Emit writes an event. What the writer does not take, as that of a full disk, is
// kept, and tried again before the next one. Where that comes to too much, nothing
// more is written: a stream with a hole in it would say something that did not
// happen.
func (s *Sink) Emit(e event.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost {
		return
	}
	line, err := event.Encode(e)
	if err != nil {
		s.lose(e, err)
		return
	}
	if err := s.flush(); err != nil && len(s.rest)+len(line) >= mostUnwritten {
		s.lose(e, err)
		return
	}
	s.rest = append(append(s.rest, line...), '\n')
	if err := s.flush(); err != nil && s.err == nil {
		s.err = fmt.Errorf("writing event %d: %w", e.Seq, err)
	}
}

// lose ends the stream before an event.
func (s *Sink) lose(e event.Event, err error) {
	s.lost, s.err = true, fmt.Errorf("writing event %d: %w", e.Seq, err)
}

// flush writes what is left. Of a line that was written in part the other part
// follows, so that what was torn becomes whole.
func (s *Sink) flush() error {
	if len(s.rest) == 0 {
		return nil
	}
	n, err := s.out.Write(s.rest)
	s.rest = s.rest[min(n, len(s.rest)):]
	if err != nil {
		return err
	}
	s.rest = nil
	if !s.lost {
		s.err = nil
	}
	return nil
}

// Close tries for the last time to write what is left, and returns the error that
// kept events from being written, if any. It does not close the writer.
func (s *Sink) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.flush() // where it fails again, s.err says from where on
	return s.err
}

// maxLine bounds one event in bytes, so that a file of something else cannot
// fill the memory.
const maxLine = 16 << 20

// Read reads a stream. A last line without its newline is torn, as a killed run
// leaves it, and is left out. For a line that is no event it returns what came
// before it, with an error that names the line.
func Read(in io.Reader) ([]event.Event, error) {
	var events []event.Event
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	lines.Split(wholeLines)
	for number := 1; lines.Scan(); number++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		e, err := event.Decode(lines.Bytes())
		if err != nil {
			return events, fmt.Errorf("line %d: %w", number, err)
		}
		events = append(events, e)
	}
	if err := lines.Err(); err != nil {
		return events, fmt.Errorf("reading events: %w", err)
	}
	return events, nil
}

// wholeLines splits at newlines and drops what follows the last one.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if end := bytes.IndexByte(data, '\n'); end >= 0 {
		return end + 1, data[:end], nil
	}
	if atEOF {
		return len(data), nil, nil
	}
	return 0, nil, nil
}
