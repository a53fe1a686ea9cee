package dnsfault

import (
	"bufio"
	"encoding/binary"
	"io"
)

// framePrefix is the length in front of each message over TCP (RFC 1035, section 4.2.2).
const framePrefix = 2

// readFrame reads a message with its length in front. Where the stream ends before,
// it returns what came, and false.
func readFrame(from *bufio.Reader) (frame []byte, whole bool) {
	prefix := make([]byte, framePrefix)
	if n, err := io.ReadFull(from, prefix); err != nil {
		return prefix[:n], false
	}
	size := framePrefix + int(binary.BigEndian.Uint16(prefix))
	frame = make([]byte, size)
	n, err := io.ReadFull(from, frame[copy(frame, prefix):])
	return frame[:framePrefix+n], err == nil
}
