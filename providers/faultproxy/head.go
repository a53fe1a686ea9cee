package faultproxy

import (
	"bytes"
	"strconv"
	"strings"
)

const (
	// maxHead bounds a request's or response's head; what is longer is not taken
	// for HTTP.
	maxHead = 64 << 10
	// maxMethod bounds the first word, by which other protocols are told apart
	// early.
	maxMethod = 24
)

// head is what matters of a request's or a response's head: framing, and what
// rules match. It refers to the raw bytes, which are passed on as they came.
type head struct {
	method, target string // of a request
	status         int    // of a response
	minor          byte   // of the version: '0' or '1'
	fields         []field

	length    int64 // of the body; -1: not said
	chunked   bool
	closes    bool // Connection: close
	keepAlive bool // Connection: keep-alive
	upgrade   bool
	expect    bool // Expect: 100-continue

	multiplexed bool // a stream of HTTP/2, which has no framing of its own
}

// field is one header line.
type field struct{ name, value string }

// headLength is the length of the head at the start of p with the empty line
// that ends it; 0 when it is not complete.
func headLength(p []byte) int {
	if i := bytes.Index(p, []byte("\r\n\r\n")); i >= 0 {
		return i + 4
	}
	return 0
}

// parseRequest reads a complete head; false when it is not plain HTTP/1.x in
// every point that framing depends on.
func parseRequest(raw []byte) (h head, ok bool) {
	if ok = h.readRequest(raw); !ok {
		return head{}, false
	}
	return h, true
}

// parseResponse is parseRequest for a response.
func parseResponse(raw []byte) (h head, ok bool) {
	if ok = h.readResponse(raw); !ok {
		return head{}, false
	}
	return h, true
}

// readRequest is parseRequest into memory that has been used before.
func (h *head) readRequest(raw []byte) bool {
	line, rest, _ := strings.Cut(h.begin(raw), "\r\n")
	method, after, ok := strings.Cut(line, " ")
	target, version, ok2 := strings.Cut(after, " ")
	if !ok || !ok2 || !isToken(method) || target == "" || !h.parseVersion(version) {
		return false
	}
	h.method, h.target = method, target
	return h.parseFields(rest) && !(h.chunked && h.minor == '0')
}

// readResponse is readRequest for a response.
func (h *head) readResponse(raw []byte) bool {
	line, rest, _ := strings.Cut(h.begin(raw), "\r\n")
	version, after, ok := strings.Cut(line, " ")
	code, _, _ := strings.Cut(after, " ")
	status, err := strconv.Atoi(code)
	if !ok || err != nil || len(code) != 3 || status < 100 || !h.parseVersion(version) {
		return false
	}
	h.status = status
	return h.parseFields(rest)
}

// begin forgets another head, and copies the text that this one refers to.
func (h *head) begin(raw []byte) string {
	*h = head{length: -1, fields: h.fields[:0]}
	return string(raw)
}

func (h *head) parseVersion(v string) bool {
	if v != "HTTP/1.1" && v != "HTTP/1.0" {
		return false
	}
	h.minor = v[len(v)-1]
	return true
}

// parseFields reads the header lines up to the empty one.
func (h *head) parseFields(text string) bool {
	for {
		line, rest, ended := strings.Cut(text, "\r\n")
		if !ended {
			return false
		}
		text = rest
		if line == "" {
			return !(h.chunked && h.length >= 0) // both: a way to smuggle requests
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isToken(name) || !isValue(value) {
			return false
		}
		value = strings.Trim(value, " \t")
		h.fields = append(h.fields, field{name, value})
		if !h.understand(name, value) {
			return false
		}
	}
}

// isValue reports whether nobody could take a part of a field's value for something else.
func isValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == '\r' || c == '\n' || c == 0 {
			return false
		}
	}
	return true
}

// understand takes note of a field that framing depends on. Most have a name of another length, which is
// told at a glance.
func (h *head) understand(name, value string) bool {
	switch is := func(known string) bool { return len(name) == len(known) && strings.EqualFold(name, known) }; {
	case is("content-length"):
		return h.setLength(value)
	case is("transfer-encoding"):
		if h.chunked || !strings.EqualFold(value, "chunked") {
			return false
		}
		h.chunked = true
	case is("connection"):
		h.closes = h.closes || hasToken(value, "close")
		h.keepAlive = h.keepAlive || hasToken(value, "keep-alive")
	case is("upgrade"):
		h.upgrade = true
	case is("expect"):
		h.expect = h.expect || strings.EqualFold(value, "100-continue")
	}
	return true
}

func (h *head) setLength(value string) bool {
	n, err := strconv.ParseUint(value, 10, 62)
	if err != nil || h.length >= 0 && h.length != int64(n) {
		return false
	}
	h.length = int64(n)
	return true
}

// persists reports whether the connection may carry another request.
func (h *head) persists() bool {
	if h.minor == '0' {
		return h.keepAlive && !h.closes
	}
	return !h.closes
}

// beginsHTTP2 reports whether p begins with the first line of HTTP/2's preface
// (RFC 9113, section 3.4), which is made not to be a request of HTTP/1.
func beginsHTTP2(p []byte) bool { return bytes.HasPrefix(p, []byte("PRI * HTTP/2.0\r\n")) }

// beginsRequest reports whether p can be the start of a request's head, as far
// as it goes.
func beginsRequest(p []byte) bool {
	line, _, complete := bytes.Cut(p, []byte("\r\n"))
	if complete {
		line, ok := bytes.CutSuffix(line, []byte(" HTTP/1.1"))
		if !ok {
			line, ok = bytes.CutSuffix(line, []byte(" HTTP/1.0"))
		}
		method, target, _ := bytes.Cut(line, []byte(" "))
		return ok && len(method) <= maxMethod && isToken(method) && len(target) > 0
	}
	method, _, _ := bytes.Cut(line, []byte(" "))
	return len(method) > 0 && len(method) <= maxMethod && isToken(method) && bytes.IndexByte(line, '\n') < 0
}

// isToken reports whether s is a token of RFC 9110: a method or a field name.
func isToken[T string | []byte](s T) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return len(s) > 0
}

// isTokenByte looks c up among the bits of those that may be in a token, 64 bytes to a word.
func isTokenByte(c byte) bool {
	const (
		low  = 1<<'!' | 1<<'#' | 1<<'$' | 1<<'%' | 1<<'&' | 1<<'\'' | 1<<'*' | 1<<'+' | 1<<'-' | 1<<'.' | 0x3ff<<'0'
		high = 1<<('^'-64) | 1<<('_'-64) | 1<<('`'-64) | 1<<('|'-64) | 1<<('~'-64) | letters<<('A'-64) | letters<<('a'-64)
	)
	return c < 128 && [2]uint64{low, high}[c/64]>>(c%64)&1 == 1
}

// letters are 26 bits in a row.
const letters = 1<<26 - 1

// hasToken looks for a word in a list that commas separate.
func hasToken(list, token string) bool {
	for word := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.Trim(word, " \t"), token) {
			return true
		}
	}
	return false
}
