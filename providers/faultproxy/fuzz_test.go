package faultproxy

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRequestHead: the parser never panics, and where it takes a head for HTTP,
// the standard library does not disagree on what follows it.
func FuzzRequestHead(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	f.Add("POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
	f.Add("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
	f.Add("GET http://h/p HTTP/1.0\r\nConnection: keep-alive, x\r\n\r\n")
	f.Add("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	f.Add("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		_ = beginsRequest([]byte(text))
		n := headLength([]byte(text))
		h, ok := parseRequest([]byte(text)[:n])
		if !ok {
			return
		}
		_ = Match{Path: "/**", Headers: map[string]string{"Host": "*"}}.matches(&h)
		require.True(t, beginsRequest([]byte(text)), "what is parsed has been recognised")
		theirs, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			return // they also judge what framing does not depend on
		}
		require.Equal(t, theirs.Method, h.method)
		require.Equal(t, len(theirs.TransferEncoding) > 0, h.chunked)
		if !h.chunked {
			require.Equal(t, theirs.ContentLength, max(h.length, 0))
		}
	})
}

func FuzzResponseHead(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
	f.Add("HTTP/1.1 304\r\n\r\n")
	f.Add("HTTP/1.0 999 \r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		h, ok := parseResponse([]byte(text)[:headLength([]byte(text))])
		if ok {
			require.True(t, beginsResponse([]byte(text)))
			require.GreaterOrEqual(t, h.status, 100)
		}
	})
}

// FuzzChunkedBody: however the bytes are cut, the body ends at the same place,
// which is where the standard library's reader finds it.
func FuzzChunkedBody(f *testing.F) {
	f.Add([]byte("5\r\nhello\r\n0\r\n\r\nGET /"), 3)
	f.Add([]byte("5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n"), 1)
	f.Add([]byte("fffffffffffffffff\r\n"), 2)
	f.Add([]byte("\r\n"), 1)
	f.Fuzz(func(t *testing.T, p []byte, cut int) {
		whole := body{mode: chunkedBody}
		n, done, ok := whole.consume(p)
		require.LessOrEqual(t, n, len(p))
		if cut < 1 || !ok {
			return
		}
		pieces := body{mode: chunkedBody}
		total, pieceDone := 0, false
		for total < len(p) && !pieceDone {
			var m int
			m, pieceDone, ok = pieces.consume(p[total:min(total+cut, len(p))])
			require.True(t, ok)
			total += m
		}
		require.Equal(t, n, total)
		require.Equal(t, done, pieceDone)
	})
}

// FuzzFailsOpen: with a rule that matches nothing, every stream passes the HTTP
// rules byte for byte.
func FuzzFailsOpen(f *testing.F) {
	upstream := serve(f, echo)
	p := startProxy(f, upstream)
	put(f, p, Rule{ID: "none", Kind: HTTPStatus, Percent: 100, Status: 500, Match: Match{Path: "/never", Method: "NEVER"}})
	f.Add([]byte("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"))
	f.Add([]byte("\x16\x03\x01"))
	f.Add([]byte("HTTP/1.1 200 OK\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		conn := dial(t, p.Addr())
		go func() {
			_, _ = conn.Write(data)
			_ = conn.CloseWrite()
		}()
		got, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, got), "sent %q, got %q", data, got)
	})
}
