package engines_test

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// down are the faults of these tests: they meet what asks for it, and nothing else.
const down = `[
	{"id":"status","kind":"http_status","percent":100,"status":503,"match":{"path":"/down"}},
	{"id":"body","kind":"http_body","percent":100,"body":"short","match":{"path":"/other"}},
	{"id":"text","kind":"http_body","percent":100,"replacements":{"a":"b"},"match":{"path":"/altered"}}]`

// request sends one without a body, and returns the status and the length of the answer.
func request(conn net.Conn, target string) (status int, length int64, err error) {
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target); err != nil {
		return 0, 0, err
	}
	return response(conn)
}

func response(conn net.Conn) (status int, length int64, err error) {
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	length, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, length, err
}

func TestManyConnections(t *testing.T) { manyConnections(t, 1_000) }

func TestLargeBodies(t *testing.T) { largeBodies(t, 64<<20) }

func TestSlowClients(t *testing.T) { slowClients(t, 300) }

// TestMoreConnectionsThanDescriptors: the agent gives up while it still can serve everybody.
func TestMoreConnectionsThanDescriptors(t *testing.T) {
	p := attackedWithin(t, 4_000) // 2,000 connections
	conns := p.served(t, 2_500)
	p.gaveUp(t)
	for i, conn := range conns {
		status, _, err := request(conn, "/down")
		require.NoError(t, err, "connection %d", i)
		require.Equal(t, 200, status, "without the fault")
	}
}

// manyConnections: all are served, and the fault meets the later requests of those that are
// kept alive. With more of them than the machine lets the agent have descriptors for, it gives up.
func manyConnections(t *testing.T, n int) {
	t.Helper()
	var files unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &files))
	if want := uint64(2*n + 1000); files.Max < want {
		t.Logf("%d descriptors, of the %d that %d connections take", files.Max, want, n)
		p := attacked(t)
		p.served(t, n)
		p.gaveUp(t)
		return
	}
	p := attacked(t)
	for _, conn := range p.served(t, n)[:100] {
		status, _, err := request(conn, "/down")
		require.NoError(t, err)
		require.Equal(t, 503, status)
	}
}

// served are connections on each of which two requests were answered.
func (p *pod) served(t *testing.T, n int) []*net.TCPConn {
	t.Helper()
	conns := p.dialMany(t, p.web, n)
	for _, target := range []string{"/", "/again"} {
		for i, conn := range conns {
			status, _, err := request(conn, target)
			require.NoError(t, err, "connection %d", i)
			require.Equal(t, 200, status)
		}
	}
	return conns
}

// gaveUp waits until the agent has ended the fault, for want of descriptors.
func (p *pod) gaveUp(t *testing.T) {
	t.Helper()
	var reply wire.Reply
	require.Eventually(t, func() bool {
		reply = p.ask(t, wire.Request{Version: wire.Version, Op: wire.Status, ID: "hostile"})
		return reply.State == wire.Absent
	}, patience, 50*time.Millisecond)
	assert.Contains(t, reply.Detail, "RLIMIT_NOFILE")
}

// largeBodies go through in both directions, whatever a fault does to them.
func largeBodies(t *testing.T, size int64) {
	t.Helper()
	p := attacked(t)
	for target, want := range map[string]int64{"/": size, "/other": int64(len("short")), "/altered": size, "/down": 0} {
		status, length, err := request(p.dial(t, p.web), target+"?size="+strconv.FormatInt(size, 10))
		require.NoError(t, err)
		assert.Equal(t, map[bool]int{true: 503, false: 200}[target == "/down"], status, target)
		assert.Equal(t, want, length, target)
	}
	for _, target := range []string{"/", "/other", "/down"} {
		for _, chunked := range []bool{true, false} {
			upload(t, p, target, size, chunked)
		}
	}
}

// upload sends a large body, and a small request behind it on the same connection.
func upload(t *testing.T, p *pod, target string, size int64, chunked bool) {
	t.Helper()
	conn := p.dial(t, p.web)
	outgoing, err := http.NewRequest(http.MethodPost, "http://x"+target, io.LimitReader(zeros{}, size))
	require.NoError(t, err)
	if !chunked {
		outgoing.ContentLength = size
	}
	var sending sync.WaitGroup
	sending.Go(func() { assert.NoError(t, outgoing.Write(conn)) })
	answer, err := http.ReadResponse(bufio.NewReader(conn), outgoing)
	require.NoError(t, err)
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	sending.Wait()
	if target == "/down" {
		assert.Equal(t, 503, answer.StatusCode)
	} else {
		assert.Equal(t, 200, answer.StatusCode)
		assert.Equal(t, strconv.FormatInt(size, 10), answer.Header.Get("X-Received"))
	}
	status, _, err := request(conn, "/")
	require.NoError(t, err)
	assert.Equal(t, 200, status, "the next one on the connection")
}

// slowClients hold heads back, and do not read. Beyond the thousand that the agent follows at a
// time, the others pass without the fault.
func slowClients(t *testing.T, n int) {
	t.Helper()
	const followed = 1000
	p := attacked(t)
	conns := p.dialMany(t, p.web, n)
	for _, conn := range conns { // a head that does not end
		_, err := io.WriteString(conn, "GET /slow HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("a", 8<<10))
		require.NoError(t, err)
	}
	// Each of these has the kernel hold some MiB of its own, which ends where all of the machine's
	// TCP gets slow (tcp_mem), with the agent or without.
	deaf := p.dialMany(t, p.web, min(n/3, 200))
	for i, conn := range deaf {
		target := []string{"/", "/other", "/altered"}[i%3]
		_, err := fmt.Fprintf(conn, "GET %s?size=%d HTTP/1.1\r\nHost: x\r\n\r\n", target, 4<<20)
		require.NoError(t, err)
	}
	trickling := p.dial(t, p.web)
	for _, c := range []byte("GET /down HTTP/1.1\r\nHost: x\r\n\r\n") {
		_, err := trickling.Write([]byte{c})
		require.NoError(t, err)
	}
	status, _, err := response(trickling)
	require.NoError(t, err)
	if n < followed {
		assert.Equal(t, 503, status, "a head in pieces is one")
	}
	for i, conn := range conns {
		_, err := io.WriteString(conn, "\r\n\r\n")
		require.NoError(t, err)
		status, _, err := response(conn)
		require.NoError(t, err, "connection %d", i)
		require.Equal(t, 200, status)
	}
	for i, conn := range deaf {
		status, length, err := response(conn)
		require.NoError(t, err, "connection %d", i)
		require.Equal(t, 200, status)
		if n < followed || i%3 != 1 {
			require.Equal(t, []int64{4 << 20, 5, 4 << 20}[i%3], length)
		}
	}
}

// TestMalformedStreams pass to the byte: whatever it is, it is for the server to judge.
func TestMalformedStreams(t *testing.T) {
	p := attacked(t)
	frame := func(length, kind, flags byte, stream string, rest string) string {
		return http2.ClientPreface + "\x00\x00\x00\x04\x00\x00\x00\x00\x00" + "\x00\x00" + string([]byte{length, kind, flags}) + stream + rest
	}
	for name, text := range map[string]string{
		"no version":           "GET /\r\n\r\n",
		"smuggled":             "POST /x HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /down HTTP/1.1\r\n\r\n",
		"two lengths":          "POST /x HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
		"negative length":      "POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
		"huge length":          "POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"bad chunk":            "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nGET /down HTTP/1.1\r\n\r\n",
		"huge chunk":           "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
		"endless head":         "GET /x HTTP/1.1\r\nX: " + strings.Repeat("a", 1<<20),
		"endless fields":       "GET /x HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", 1<<17),
		"folded":               "GET /x HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
		"nul":                  "GET /x HTTP/1.1\r\nA: \x00\r\n\r\n",
		"binary":               strings.Repeat("\x00\xff\x16\x03", 1<<16),
		"empty lines":          strings.Repeat("\r\n", 1<<16),
		"preface and no frame": http2.ClientPreface + strings.Repeat("x", 1<<16),
		"headers on stream 0":  frame(1, 1, 5, "\x00\x00\x00\x00", "\x82"),
		"no such index":        frame(1, 1, 5, "\x00\x00\x00\x01", "\xff"),
		"padded beyond":        frame(1, 1, 13, "\x00\x00\x00\x01", "\xff"),
		"short settings":       frame(5, 4, 0, "\x00\x00\x00\x00", "aaaaa"),
		"frame cut off":        frame(99, 1, 5, "\x00\x00\x00\x01", "\x82"),
		"lone continuation":    frame(1, 9, 4, "\x00\x00\x00\x01", "\x82"),
		"endless continuation": frame(1, 1, 0, "\x00\x00\x00\x01", "\x82"+strings.Repeat("\x00\x00\x01\x09\x00\x00\x00\x00\x01\x82", 1<<15)),
		"frame of 16 MiB":      http2.ClientPreface + "\xff\xff\xff\x00\x00\x00\x00\x00\x01" + strings.Repeat("x", 1<<24-1),
	} {
		t.Run(name, func(t *testing.T) {
			conn := p.dial(t, p.digests)
			_, err := io.WriteString(conn, text)
			require.NoError(t, err)
			require.NoError(t, conn.CloseWrite())
			got, err := io.ReadAll(conn)
			require.NoError(t, err)
			assert.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte(text))), string(got))
		})
	}
}
