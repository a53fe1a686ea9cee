package faultproxy

import (
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// matchedInVain asserts that a rule has matched a request and has not acted on it.
func matchedInVain(t *testing.T, p *Proxy, id string) {
	t.Helper()
	require.Equal(t, Stats{Matched: 1}, stats(t, p, id))
}

// TestARequestThatPassesAfterAllIsNoEvidence: while it is held, the upstream says what is no response,
// so that there is no place for a reply.
func TestARequestThatPassesAfterAllIsNoEvidence(t *testing.T) {
	const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	speak, heard := make(chan struct{}), make(chan string, 1)
	p := startProxy(t, serve(t, func(conn *net.TCPConn) {
		<-speak
		_, _ = io.WriteString(conn, "noise")
		got := make([]byte, len(request))
		_, _ = io.ReadFull(conn, got)
		heard <- string(got)
	}))
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: time.Hour})
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, request)
	require.NoError(t, err)
	eventually(t, func() bool { return stats(t, p, "slow").Requests == 1 }, "held")
	close(speak)
	require.Equal(t, "noise", receive(t, conn, 5))
	require.True(t, p.Remove("slow"))
	require.Equal(t, request, <-heard)
	matchedInVain(t, p, "down")
}

// startWide is an HTTP/2 server that takes more streams than a connection's rules hold.
func startWide(t *testing.T, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: handler, Protocols: bothProtocols(), HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 2 * maxHeldStreams}}
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		_ = server.Close()
		running.Wait()
	})
	return listener.Addr().String()
}

func TestHTTP2StreamsBeyondThoseHeldAreNoEvidence(t *testing.T) {
	p := startProxy(t, startWide(t, mirror()))
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: maxLatency})
	framer := rawHTTP2(t, p.Addr())
	last := uint32(2*maxHeldStreams + 1)
	for id := uint32(1); id <= last; id += 2 {
		openStream(t, framer, id, "/")
	}
	require.Equal(t, last, awaitHeaders(t, framer).StreamID, "it passes")
	eventually(t, func() bool { return stats(t, p, "slow").Requests >= maxHeldStreams }, "the others are held")
	got := stats(t, p, "slow")
	assert.EqualValues(t, maxHeldStreams, got.Requests)
	assert.EqualValues(t, maxHeldStreams+1, got.Matched)
}

func TestHTTP2StreamGivenUpBeforeItsResponseIsNoEvidence(t *testing.T) {
	p := startProxy(t, startWeb2(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-r.Context().Done()
		}
	})))
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: maxLatency, Match: Match{Path: "/slow"}})
	framer := rawHTTP2(t, p.Addr())
	openStream(t, framer, 1, "/slow")
	require.NoError(t, framer.WriteRSTStream(1, http2.ErrCodeCancel))
	openStream(t, framer, 3, "/")
	require.EqualValues(t, 3, awaitHeaders(t, framer).StreamID)
	matchedInVain(t, p, "slow")
}

func TestHTTP2ResponseThatMayNotBeHeldIsNoEvidence(t *testing.T) {
	p := startProxy(t, startWeb2(t, mirror()))
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: maxLatency, Match: Match{Path: "/slow"}})
	client := browser2(t)
	_, _ = fetch(t, client, "http://"+p.Addr()+"/")
	p.held.used.Add(p.held.limit) // others hold it all
	defer p.held.used.Add(-p.held.limit)
	status, _ := fetch(t, client, "http://"+p.Addr()+"/slow")
	require.Equal(t, 200, status)
	matchedInVain(t, p, "slow")
}

// TestHTTP2ADelayBeforeAnAnswerCounts as it begins, and the answer counts with it.
func TestHTTP2ADelayBeforeAnAnswerCounts(t *testing.T) {
	p := startProxy(t, startWeb2(t, mirror()))
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: maxLatency})
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503})
	openStream(t, rawHTTP2(t, p.Addr()), 1, "/")
	for _, id := range []string{"slow", "down"} {
		eventually(t, func() bool { return stats(t, p, id).Requests == 1 }, id)
	}
}
