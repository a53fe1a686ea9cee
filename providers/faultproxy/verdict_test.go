package faultproxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRuleRemovedWhileARequestIsHeldDoesNotHitIt(t *testing.T) {
	p := startProxy(t, startWeb(t).address)
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: time.Hour})
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	eventually(t, func() bool { return stats(t, p, "slow").Requests == 1 }, "held")
	require.True(t, p.Remove("down"))
	require.True(t, p.Remove("slow"))
	status, _ := readResponse(t, bufio.NewReader(conn), "GET")
	require.Equal(t, 200, status)
}

// TestRepliesToADeafClientAreBounded pipelines requests that are all answered,
// and reads no answer.
func TestRepliesToADeafClientAreBounded(t *testing.T) {
	p := startProxy(t, startWeb(t).address)
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503, Body: strings.Repeat("x", 64<<10)})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, strings.Repeat("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 2000))
	require.NoError(t, err)
	s := onlySession(t, p)
	pending := func() int {
		s.talk.mu.Lock()
		defer s.talk.mu.Unlock()
		return len(s.talk.pending)
	}
	eventually(t, func() bool { return pending() >= maxPending }, "replies wait")
	<-time.After(holding)
	require.LessOrEqual(t, pending(), maxPending, "the kernel may take a few more meanwhile")
	require.Positive(t, pending())
	from := bufio.NewReader(conn)
	for range 2000 {
		status, _ := readResponse(t, from, "GET")
		require.Equal(t, 503, status, "all are given, once they are wanted")
	}
}

// TestReplyThatCanNoLongerComeBreaksTheConnection: while a request is held, the
// upstream says what is no response, so that no reply can be put in its order.
func TestReplyThatCanNoLongerComeBreaksTheConnection(t *testing.T) {
	speak := make(chan struct{})
	p := startProxy(t, serve(t, func(conn *net.TCPConn) {
		<-speak
		_, _ = io.WriteString(conn, "noise")
		_, _ = conn.Read(make([]byte, 1))
	}))
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: time.Hour})
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	eventually(t, func() bool { return stats(t, p, "slow").Requests == 1 }, "held")
	close(speak)
	require.Equal(t, "noise", receive(t, conn, 5))
	require.True(t, p.Remove("slow"))
	_, err = conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

// TestReplyBehindAnUnansweredExpect has an upstream that ignores Expect, as many
// do: that the body came is plain once the next request follows it.
func TestReplyBehindAnUnansweredExpect(t *testing.T) {
	speak := make(chan struct{})
	p := startProxy(t, serve(t, func(conn *net.TCPConn) {
		<-speak
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		_, _ = io.Copy(io.Discard, conn)
	}))
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 418, Match: Match{Path: "/tea"}})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi"+
		"GET /tea HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	eventually(t, func() bool { return stats(t, p, "down").Requests == 1 }, "answered")
	s := onlySession(t, p)
	eventually(t, func() bool {
		s.talk.mu.Lock()
		defer s.talk.mu.Unlock()
		return len(s.talk.pending) == 2
	}, "the reply waits for its turn")
	close(speak)
	from := bufio.NewReader(conn)
	status, body := readResponse(t, from, "POST")
	require.Equal(t, 200, status)
	require.Equal(t, "ok", body)
	status, _ = readResponse(t, from, "GET")
	require.Equal(t, 418, status)
}

// TestAbortIsNotLostWhenTheUpstreamEndsFirst: the abort of a request waits when
// the upstream closes an idle connection.
func TestAbortIsNotLostWhenTheUpstreamEndsFirst(t *testing.T) {
	leave := make(chan struct{})
	p := startProxy(t, serve(t, func(conn *net.TCPConn) {
		_, _ = conn.Read(make([]byte, 1000))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		<-leave
	}))
	put(t, p, Rule{ID: "abort", Kind: HTTPAbort, Percent: 100, Match: Match{Path: "/never"}})
	put(t, p, Rule{ID: "walk", Kind: Delay, Latency: 1}) // or the session would be on the express, which has no replies to give
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	from := bufio.NewReader(conn)
	status, _ := readResponse(t, from, "GET")
	require.Equal(t, 200, status)
	require.True(t, p.Remove("walk"))
	s := onlySession(t, p)
	s.talk.push(exchange{ours: &reply{abort: true}})
	close(leave)
	_, err = from.ReadByte()
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

// TestPipelinedRepliesKeepTheirOrder mixes requests that pass with requests that
// are answered, all sent at once.
func TestPipelinedRepliesKeepTheirOrder(t *testing.T) {
	w := startWeb(t)
	p := startProxy(t, w.address)
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 418, Body: "tea", Match: Match{Path: "/tea"}})
	conn := dial(t, p.Addr())
	requests := []struct{ raw, method, want string }{
		{"GET /tea HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "418 tea"},
		{"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "POST", "200 POST /a hello"},
		{"POST /tea HTTP/1.1\r\nHost: x\r\nContent-Length: 27\r\n\r\nGET /trap HTTP/1.1\r\nHost: y", "POST", "418 tea"},
		{"POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n", "POST", "200 POST /b abcde"},
		{"HEAD /tea HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD", "418 "},
		{"HEAD /c HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD", "200 "},
		{"GET /d HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "200 GET /d "},
		{"POST /tea HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "POST", "418 tea"},
		{"GET /e HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET", "200 GET /e "},
	}
	var all strings.Builder
	for _, r := range requests {
		all.WriteString(r.raw)
	}
	for _, size := range []int{1, 7, 1000} {
		conn = dial(t, p.Addr())
		var sending sync.WaitGroup
		sending.Go(func() { sendPieces(conn, all.String(), size) })
		from := bufio.NewReader(conn)
		for _, r := range requests {
			status, body := readResponse(t, from, r.method)
			require.Equal(t, r.want, fmt.Sprint(status, " ", body), "pieces of %d", size)
		}
		_, err := from.ReadByte()
		require.ErrorIs(t, err, io.EOF)
		sending.Wait()
	}
}

func sendPieces(to io.Writer, text string, size int) {
	for text != "" {
		n := min(size, len(text))
		if _, err := io.WriteString(to, text[:n]); err != nil {
			return
		}
		text = text[n:]
	}
}

func TestReplyEndsAConnectionThatIsNotToPersist(t *testing.T) {
	p := startProxy(t, startWeb(t).address)
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503, Body: "no"})
	for name, head := range map[string]string{
		"close":    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"HTTP/1.0": "GET / HTTP/1.0\r\n\r\n",
		"expect":   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, p.Addr())
			_, err := io.WriteString(conn, head)
			require.NoError(t, err)
			got, err := io.ReadAll(conn)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(string(got), "HTTP/1.1 503 Service Unavailable\r\n"), "%q", got)
			require.Contains(t, string(got), "Connection: close\r\n")
			require.True(t, strings.HasSuffix(string(got), "\r\n\r\nno"), "%q", got)
		})
	}
}

func TestReplyIsDelayedLikeAnyResponse(t *testing.T) {
	const latency = 40 * time.Millisecond
	p := startProxy(t, startWeb(t).address)
	put(t, p, Rule{ID: "slow", Kind: Delay, Latency: latency, Direction: Both})
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503})
	began := time.Now()
	status, _ := fetch(t, browser(t), "http://"+p.Addr()+"/")
	require.Equal(t, 503, status)
	require.GreaterOrEqual(t, time.Since(began), 2*latency)
}

// TestNothingPassesBehindTheLastReply: what was sent together with a request
// that ends the connection is neither judged nor passed on.
func TestNothingPassesBehindTheLastReply(t *testing.T) {
	for name, c := range map[string]struct {
		rule Rule
		head string
	}{
		"abort": {Rule{ID: "x", Kind: HTTPAbort, Percent: 100, Match: Match{Path: "/bad"}}, "GET /bad HTTP/1.1\r\nHost: x\r\n\r\n"},
		"close": {Rule{ID: "x", Kind: HTTPStatus, Status: 503, Percent: 100, Match: Match{Path: "/bad"}}, "GET /bad HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w := startWeb(t)
			p := startProxy(t, w.address)
			put(t, p, c.rule)
			conn := dial(t, p.Addr())
			_, err := io.WriteString(conn, c.head+"GET /good HTTP/1.1\r\nHost: x\r\n\r\n"+c.head)
			require.NoError(t, err)
			_, _ = io.Copy(io.Discard, conn)
			require.NoError(t, conn.Close())
			eventually(t, func() bool { return sessions(p) == 0 }, "the session ends")
			require.Empty(t, w.requests())
			require.EqualValues(t, 1, stats(t, p, "x").Matched)
		})
	}
}
