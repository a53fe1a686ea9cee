package faultproxy

import "math"

// body follows a message's body to find where it ends. It keeps no bytes.
type body struct {
	mode  bodyMode
	left  int64 // of the whole body or of this chunk, with its line end
	chunk chunkState
	line  int // length so far of the line that is being read
}

type bodyMode int

const (
	noBody      bodyMode = iota
	sizedBody            // Content-Length
	chunkedBody          // Transfer-Encoding: chunked
	restBody             // up to the end of the stream
)

type chunkState int

const (
	chunkSize    chunkState = iota // in the line with the size
	chunkSkip                      // in its extension
	chunkData                      // in the data and the line end behind it
	chunkTrailer                   // in the lines behind the last chunk
)

// requestBody is what follows a request's head.
func requestBody(h *head) body { return framed(h, noBody) }

// responseBody is what follows the head of a final response.
func responseBody(h *head, toHead bool) body {
	if toHead || h.status == 204 || h.status == 304 {
		return body{}
	}
	return framed(h, restBody)
}

func framed(h *head, otherwise bodyMode) body {
	switch {
	case h.chunked:
		return body{mode: chunkedBody}
	case h.length > 0:
		return body{mode: sizedBody, left: h.length}
	case h.length == 0:
		return body{}
	default:
		return body{mode: otherwise}
	}
}

// consume takes the body's part of p and returns its length, whether the body is
// complete, and false when it is not what its framing promised.
func (b *body) consume(p []byte) (n int, done, ok bool) {
	switch b.mode {
	case sizedBody:
		n = b.skip(len(p))
		return n, b.left == 0, true
	case chunkedBody:
		return b.consumeChunks(p)
	case restBody:
		return len(p), false, true
	default:
		return 0, true, true
	}
}

// bulk is what surely is data up to shortly before the body's end.
func (b *body) bulk() int64 {
	switch b.mode {
	case sizedBody:
		return max(b.left-smallBuffer, 0)
	case restBody:
		return math.MaxInt64
	default:
		return 0
	}
}

// skip takes up to so many bytes of what is left.
func (b *body) skip(available int) int {
	n := int(min(int64(available), b.left))
	b.left -= int64(n)
	return n
}

func (b *body) consumeChunks(p []byte) (n int, done, ok bool) {
	for n < len(p) {
		if b.chunk == chunkData {
			n += b.skip(len(p) - n)
			if b.left == 0 {
				b.chunk = chunkSize
			}
			continue
		}
		done, ok := b.consumeByte(p[n])
		n++
		if done || !ok {
			return n, done, ok
		}
	}
	return n, false, true
}

// consumeByte takes one byte of a size line or of the trailer.
func (b *body) consumeByte(c byte) (done, ok bool) {
	if b.line++; b.line > maxHead {
		return false, false
	}
	switch {
	case c == '\n':
		return b.endLine()
	case c == '\r' || b.chunk == chunkTrailer:
		if b.chunk == chunkTrailer && c == '\r' {
			b.line-- // an empty line has none but its end
		}
		return false, true
	case b.chunk == chunkSkip:
		return false, true
	case c == ';' || c == ' ' || c == '\t':
		b.chunk = chunkSkip
		return false, b.line > 1
	default:
		return false, b.addDigit(c)
	}
}

func (b *body) addDigit(c byte) bool {
	digit, ok := hexDigit(c)
	b.left = b.left<<4 | digit
	return ok && b.left < 1<<48
}

// endLine is the end of a size line, or of a line of the trailer.
func (b *body) endLine() (done, ok bool) {
	length := b.line - 1
	b.line = 0
	switch {
	case b.chunk == chunkTrailer:
		return length == 0, true
	case length < 2:
		return false, false // no size
	case b.left == 0:
		b.chunk = chunkTrailer
	default:
		b.chunk, b.left = chunkData, b.left+2
	}
	return false, true
}

func hexDigit(c byte) (int64, bool) {
	switch {
	case '0' <= c && c <= '9':
		return int64(c - '0'), true
	case 'a' <= c && c <= 'f':
		return int64(c-'a') + 10, true
	case 'A' <= c && c <= 'F':
		return int64(c-'A') + 10, true
	default:
		return 0, false
	}
}
