package faultproxy

import (
	"bytes"
	"errors"

	"golang.org/x/net/http2"
)

// frameHeaderSize is that of RFC 9113, section 4.1.
const frameHeaderSize = 9

// maxControlFrame bounds the frames that are gathered whole, which no peer may
// exceed that has not been allowed to (SETTINGS_MAX_FRAME_SIZE's default).
const maxControlFrame = 16 << 10

// errMalformed is a stream of frames that cannot be followed.
var errMalformed = errors.New("malformed HTTP/2 frame")

// frameMode is what is done with the bytes of a frame.
type frameMode int

const (
	framePassed    frameMode = iota // on, as they come
	frameGathered                   // kept until the frame is whole
	frameSwallowed                  // dropped
)

// frameSink is told of the frames in a stream.
type frameSink interface {
	// begins chooses the mode of a frame of which only the header is known.
	begins(h http2.FrameHeader) (frameMode, error)
	// passes takes the next bytes of a frame that passes, its header included.
	passes(h http2.FrameHeader, p []byte)
	// ends is a frame's end, with all its bytes when it was gathered.
	ends(h http2.FrameHeader, raw []byte) error
}

// frames cuts a stream of bytes into frames, whatever pieces it comes in.
type frames struct {
	raw  []byte // of the header, or of a gathered frame
	head http2.FrameHeader
	open bool // the header is complete
	left int  // payload still to come
	mode frameMode
}

// between reports whether the stream is at the boundary of two frames.
func (f *frames) between() bool { return !f.open && len(f.raw) == 0 }

// next takes bytes up to the end of a frame at most, and returns how many.
func (f *frames) next(p []byte, to frameSink) (int, error) {
	n := 0
	if !f.open {
		n = min(frameHeaderSize-len(f.raw), len(p))
		f.raw = append(f.raw, p[:n]...)
		if len(f.raw) < frameHeaderSize {
			return n, nil
		}
		if err := f.begin(to); err != nil {
			return n, err
		}
	}
	part := p[n:min(n+f.left, len(p))]
	f.left -= len(part)
	switch f.mode {
	case framePassed:
		to.passes(f.head, part)
	case frameGathered:
		f.raw = append(f.raw, part...)
	}
	return n + len(part), f.end(to)
}

func (f *frames) begin(to frameSink) (err error) {
	if f.head, err = http2.ReadFrameHeader(bytes.NewReader(f.raw)); err != nil {
		return errMalformed
	}
	if f.mode, err = to.begins(f.head); err != nil {
		return err
	}
	f.open, f.left = true, int(f.head.Length)
	if f.mode == framePassed {
		to.passes(f.head, f.raw)
	}
	if f.mode != frameGathered {
		f.raw = f.raw[:0]
	}
	return nil
}

func (f *frames) end(to frameSink) error {
	if f.left > 0 {
		return nil
	}
	err := to.ends(f.head, f.raw)
	if err == nil { // else the bytes are still to be passed
		f.open, f.raw = false, thin(f.raw)
	}
	return err
}

// thin empties a buffer, and lets go of one that is too large to be kept for a
// connection that may stay idle.
func thin(p []byte) []byte {
	if cap(p) > 1<<10 {
		return nil
	}
	return p[:0]
}

// frame writes one frame, or a header block with its continuations.
func frame(kind http2.FrameType, flags http2.Flags, stream uint32, payload []byte) []byte {
	var out bytes.Buffer
	// A write to memory fails only where a payload exceeds 16 MiB, which ours do not.
	_ = http2.NewFramer(&out, nil).WriteRawFrame(kind, flags, stream, payload)
	return out.Bytes()
}
