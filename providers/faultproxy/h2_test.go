package faultproxy

import (
	"bytes"
	"fmt"
	"io"
	"log" //nolint:depguard // http.Server takes no other
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// startWeb2 is an HTTP server without TLS that speaks HTTP/1.1 and HTTP/2.
func startWeb2(t testing.TB, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: handler, Protocols: bothProtocols(), ErrorLog: strict(t)}
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		_ = server.Close()
		running.Wait()
	})
	return listener.Addr().String()
}

// strict fails a test whose server complains, as it does of a connection that
// breaks HTTP/2's rules, which a client would only make anew.
func strict(t testing.TB) *log.Logger {
	t.Helper()
	return log.New(complaint{t}, "", 0)
}

type complaint struct{ testing.TB }

func (c complaint) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("ERROR")) {
		c.Errorf("the server complains: %s", p)
	}
	return len(p), nil
}

func bothProtocols() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetUnencryptedHTTP2(true)
	return p
}

// browser2 is a client that speaks HTTP/2 from the start, on one connection.
func browser2(t testing.TB) *http.Client {
	t.Helper()
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: p, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

// mirror answers with the method, the path, all of the body and a trailer.
func mirror() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Upstream", r.Proto)
		w.Header().Set("Trailer", "X-Length")
		n, _ := io.Copy(w, io.MultiReader(strings.NewReader(r.Method+" "+r.URL.Path+" "), r.Body))
		w.Header().Set("X-Length", fmt.Sprint(n))
	})
}

func post(t testing.TB, client *http.Client, url string, body []byte) (*http.Response, []byte) {
	t.Helper()
	response, err := client.Post(url, "application/octet-stream", bytes.NewReader(body))
	require.NoError(t, err)
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, got
}

func TestHTTP2StatusAnswersStreamsInTheUpstreamsPlace(t *testing.T) {
	p := startProxy(t, startWeb2(t, mirror()))
	put(t, p, Rule{
		ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503, Body: strings.Repeat("sorry ", 30_000),
		Match: Match{Path: "/pay/*"}, ResponseHeaders: map[string]string{"Retry-After": "7"},
	})
	client := browser2(t)
	for i := range 20 {
		response, body := post(t, client, "http://"+p.Addr()+"/pay/42", noise(i*10_000)) //nolint:bodyclose // post closes it
		require.Equal(t, "HTTP/2.0", response.Proto)
		require.Equal(t, 503, response.StatusCode)
		require.Equal(t, "7", response.Header.Get("Retry-After"))
		require.Equal(t, strings.Repeat("sorry ", 30_000), string(body))

		sent := noise(i * 30_000)
		response, body = post(t, client, "http://"+p.Addr()+"/other", sent) //nolint:bodyclose // post closes it
		require.Equal(t, 200, response.StatusCode)
		require.Equal(t, "HTTP/2.0", response.Header.Get("X-Upstream"))
		require.True(t, bytes.Equal(append([]byte("POST /other "), sent...), body))
		require.Equal(t, fmt.Sprint(len(body)), response.Trailer.Get("X-Length"))
	}
	require.Equal(t, 1, sessions(p), "one connection for all")
	require.EqualValues(t, 20, stats(t, p, "down").Requests)
}

func TestHTTP2StreamsBesideFaultsAreWhole(t *testing.T) {
	p := startProxy(t, startWeb2(t, mirror()))
	put(t, p, Rule{ID: "some", Kind: HTTPStatus, Percent: 30, Status: 500, Match: Match{Method: "POST"}})
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 30, Latency: 3 * time.Millisecond, Jitter: 3 * time.Millisecond})
	client := browser2(t)
	var users sync.WaitGroup
	for user := range 8 {
		users.Go(func() {
			for i := range 25 {
				sent := noise((i*7919 + user*104_729) % 300_000)
				response, body := post(t, client, fmt.Sprintf("http://%s/%d/%d", p.Addr(), user, i), sent) //nolint:bodyclose // post closes it
				if response.StatusCode == http.StatusOK {
					want := append(fmt.Appendf(nil, "POST /%d/%d ", user, i), sent...)
					assert.True(t, bytes.Equal(want, body))
				}
			}
		})
	}
	users.Wait()
	require.EqualValues(t, 60, stats(t, p, "some").Requests, "30 % of 200")
	eventually(t, func() bool { return p.held.used.Load() == 0 }, "nothing is held any more")
}

func TestHTTP2DelayHoldsItsStreamAlone(t *testing.T) {
	const latency = 150 * time.Millisecond
	p := startProxy(t, startWeb2(t, mirror()))
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: latency, Match: Match{Path: "/slow"}})
	client := browser2(t)
	status, _ := fetch(t, client, "http://"+p.Addr()+"/first")
	require.Equal(t, 200, status)
	began := time.Now()
	done := make(chan time.Duration, 1)
	go func() {
		_, _ = fetch(t, client, "http://"+p.Addr()+"/slow") //nolint:testifylint // what it asserts fails the test all the same
		done <- time.Since(began)
	}()
	eventually(t, func() bool { return stats(t, p, "slow").Requests == 1 }, "held")
	_, _ = fetch(t, client, "http://"+p.Addr()+"/fast")
	select {
	case <-done:
		// A machine that is busy for all of the latency proves nothing either way.
		require.GreaterOrEqual(t, time.Since(began), latency)
	default:
		require.GreaterOrEqual(t, <-done, latency)
	}
	require.Equal(t, 1, sessions(p), "on one connection")
}

func TestHTTP2AbortEndsItsStreamAlone(t *testing.T) {
	p := startProxy(t, startWeb2(t, mirror()))
	put(t, p, Rule{ID: "abort", Kind: HTTPAbort, Percent: 100, Match: Match{Path: "/bad"}})
	client := browser2(t)
	for range 3 {
		_, err := client.Get("http://" + p.Addr() + "/bad") //nolint:bodyclose // there is no response
		require.ErrorContains(t, err, "INTERNAL_ERROR")
		status, _ := fetch(t, client, "http://"+p.Addr()+"/good")
		require.Equal(t, 200, status)
	}
	require.Equal(t, 1, sessions(p))
}

func TestHTTP2ConnectionsOutliveTheirRules(t *testing.T) {
	p := startProxy(t, startWeb2(t, mirror()))
	client := browser2(t)
	for range 3 {
		put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 500})
		status, _ := fetch(t, client, "http://"+p.Addr()+"/")
		require.Equal(t, 500, status)
		require.True(t, p.Remove("down"))
		status, _ = fetch(t, client, "http://"+p.Addr()+"/")
		require.Equal(t, 200, status)
	}
	require.Equal(t, 1, sessions(p))
}

// TestHTTP2UpgradeFromHTTP1PassesUnchanged: what follows a 101 is not followed.
func TestHTTP2UpgradeFromHTTP1PassesUnchanged(t *testing.T) {
	upstream := serve(t, func(conn *net.TCPConn) {
		buf := make([]byte, 4096)
		_, _ = conn.Read(buf)
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
		echo(conn)
	})
	p := startProxy(t, upstream)
	put(t, p, Rule{ID: "none", Kind: HTTPStatus, Percent: 100, Status: 500, Match: Match{Path: "/never"}})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")
	require.NoError(t, err)
	receive(t, conn, len("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"))
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	require.Equal(t, preface, roundTrip(t, conn, preface))
}

// rawHTTP2 is a client of HTTP/2 that has sent its preface and these settings.
func rawHTTP2(t *testing.T, address string, settings ...http2.Setting) *http2.Framer {
	t.Helper()
	conn := dial(t, address)
	_, err := io.WriteString(conn, http2.ClientPreface)
	require.NoError(t, err)
	framer := http2.NewFramer(conn, conn)
	require.NoError(t, framer.WriteSettings(settings...))
	return framer
}

func openStream(t *testing.T, framer *http2.Framer, id uint32, path string) {
	t.Helper()
	fields := []hpack.HeaderField{{Name: ":method", Value: "GET"}, {Name: ":scheme", Value: "http"}, {Name: ":path", Value: path}, {Name: ":authority", Value: "x"}}
	require.NoError(t, framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: stateless(fields, false), EndHeaders: true, EndStream: true}))
}

// awaitHeaders returns the next header block.
func awaitHeaders(t *testing.T, framer *http2.Framer) *http2.HeadersFrame {
	t.Helper()
	for {
		f, err := framer.ReadFrame()
		require.NoError(t, err)
		if h, ok := f.(*http2.HeadersFrame); ok {
			return h
		}
	}
}

// TestHTTP2AClientWithoutATableIsToldSo: one that has announced a smaller table may take a block
// that does not begin with a word about it for an error (RFC 7541, section 4.2).
func TestHTTP2AClientWithoutATableIsToldSo(t *testing.T) {
	p := startProxy(t, startWeb2(t, mirror()))
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503, Match: Match{Path: "/down"}})
	framer := rawHTTP2(t, p.Addr(), http2.Setting{ID: http2.SettingHeaderTableSize, Val: 0})
	for id, path := range []string{"/down", "/up", "/down"} {
		openStream(t, framer, uint32(2*id+1), path)
		block := awaitHeaders(t, framer).HeaderBlockFragment()
		require.EqualValues(t, sizeUpdate, block[0], path)
		if path == "/up" {
			awaitHeaders(t, framer) // the trailers
		}
	}
}

// TestHTTP2StreamsPassThatTooManyWaitBefore: of those that wait for their answer none may be
// forgotten, or what its client sends would reach an upstream that knows nothing of it.
func TestHTTP2StreamsPassThatTooManyWaitBefore(t *testing.T) {
	p := startProxy(t, startWeb2(t, mirror()))
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: maxLatency, Match: Match{Path: "/down"}})
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503, Match: Match{Path: "/*"}})
	framer := rawHTTP2(t, p.Addr())
	last := uint32(2*maxHeldStreams + 1)
	for id := uint32(1); id < last; id += 2 {
		openStream(t, framer, id, "/down")
	}
	openStream(t, framer, last, "/passes")
	require.Equal(t, last, awaitHeaders(t, framer).StreamID)
	require.EqualValues(t, maxHeldStreams, stats(t, p, "down").Requests)
	require.NoError(t, framer.WriteRSTStream(1, http2.ErrCodeCancel))
	require.NoError(t, framer.WritePing(false, [8]byte{7}))
	for {
		f, err := framer.ReadFrame()
		require.NoError(t, err, "the upstream knows nothing of the stream, and takes no offence")
		if ping, ok := f.(*http2.PingFrame); ok && ping.IsAck() {
			return
		}
	}
}
