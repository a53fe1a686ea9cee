package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// MaxFrame is the length of the longest frame, in bytes. The body of an answer
// (64 KiB) as text and as JSON, in every escape, stays far below.
const MaxFrame = 4 << 20

// errLong is a frame that neither end sends.
var errLong = fmt.Errorf("a frame of more than %d bytes: the other end is no prober of gameday", MaxFrame)

// A Reader reads frames.
type Reader struct{ lines *bufio.Reader }

// NewReader reads frames from a stream.
func NewReader(r io.Reader) *Reader { return &Reader{bufio.NewReaderSize(r, 64<<10)} }

// Read is the next frame. The error is io.EOF at the end of the stream, and
// io.ErrUnexpectedEOF within a frame. Unknown fields are skipped.
func (r *Reader) Read() (Message, error) {
	line, err := r.line()
	if err != nil {
		return Message{}, err
	}
	var m Message
	if err := json.Unmarshal(line, &m); err != nil {
		return Message{}, fmt.Errorf("read a frame: %w", err)
	}
	return m, nil
}

// line is the next one that is not empty, without its end.
func (r *Reader) line() ([]byte, error) {
	var line []byte
	for {
		part, err := r.lines.ReadSlice('\n')
		if len(line)+len(part) > MaxFrame {
			return nil, errLong
		}
		line = append(line, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		default:
			if line = bytes.TrimSpace(line); len(line) > 0 {
				return line, nil
			}
		}
	}
}

// A Writer writes frames, from any goroutine.
type Writer struct {
	w    io.Writer
	turn chan struct{} // holds one while nobody writes; waiting for it is waiting for the other end
}

// NewWriter writes frames to a stream.
func NewWriter(w io.Writer) *Writer {
	turn := make(chan struct{}, 1)
	turn <- struct{}{}
	return &Writer{w: w, turn: turn}
}

// Write writes one frame at once.
func (w *Writer) Write(m Message) error {
	line, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write a frame: %w", err)
	}
	if len(line) >= MaxFrame {
		return errLong
	}
	<-w.turn
	defer func() { w.turn <- struct{}{} }()
	_, err = w.w.Write(append(line, '\n'))
	return err
}
