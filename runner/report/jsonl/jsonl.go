// Package jsonl writes the event stream as it comes, one JSON object a line:
// the output of -json and the file that a run is replayed from.
package jsonl

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/gameday-dev/gameday/runner/event"
)

// Sink writes events to a writer.
type Sink struct {
	out io.Writer
	err error
}

// New makes a sink that writes to out, one Write a line, so that a reader never
// sees half of one that was written in whole.
func New(out io.Writer) *Sink { return &Sink{out: out} }

// Emit writes an event. After an error of the writer it writes nothing more: a
// stream with a hole in it would say something that did not happen.
func (s *Sink) Emit(e event.Event) {
	if s.err != nil {
		return
	}
	line, err := event.Encode(e)
	if err == nil {
		_, err = s.out.Write(append(line, '\n'))
	}
	if err != nil {
		s.err = fmt.Errorf("writing event %d: %w", e.Seq, err)
	}
}

// Close returns the error that ended the writing, if any. It does not close the
// writer.
func (s *Sink) Close() error { return s.err }

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
