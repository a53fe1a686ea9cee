package faultproxy

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// eachHTTP runs a test over HTTP/1.1 and HTTP/2.
func eachHTTP(t *testing.T, run func(t *testing.T, client *http.Client)) {
	t.Helper()
	t.Run("HTTP/1.1", func(t *testing.T) { run(t, browser(t)) })
	t.Run("HTTP/2", func(t *testing.T) { run(t, browser2(t)) })
}

func TestBodiesAreReplaced(t *testing.T) {
	for _, body := range []string{"", "another", strings.Repeat("much more ", 20_000)} {
		eachHTTP(t, func(t *testing.T, client *http.Client) {
			t.Helper()
			p := startProxy(t, startWeb2(t, mirrorOfWhole()))
			put(t, p, Rule{
				ID: "body", Kind: HTTPBody, Percent: 100, Body: body, Match: Match{Path: "/pay/*", Method: "POST"},
				ResponseHeaders: map[string]string{"Content-Type": "text/fault"},
			})
			for i := range 8 {
				response, got := post(t, client, "http://"+p.Addr()+"/pay/1", noise(i*40_000)) //nolint:bodyclose // post closes it
				require.Equal(t, 200, response.StatusCode)
				require.Equal(t, body, string(got))
				require.Equal(t, int64(len(body)), response.ContentLength)
				require.Equal(t, []string{"text/fault"}, response.Header.Values("Content-Type"))
				require.NotEmpty(t, response.Header.Get("X-Upstream"), "it comes from the upstream")

				sent := noise(i * 30_000)
				response, got = post(t, client, "http://"+p.Addr()+"/other", sent) //nolint:bodyclose // post closes it
				require.Equal(t, append([]byte("POST /other "), sent...), got)
				require.Equal(t, fmt.Sprint(len(got)), response.Trailer.Get("X-Length"))
			}
			require.EqualValues(t, 8, stats(t, p, "body").Requests)
			eventually(t, func() bool { return p.held.used.Load() == 0 }, "nothing is held any more")
		})
	}
}

// mirrorOfWhole is mirror for HTTP/1.1, whose server reads no more once it has answered.
func mirrorOfWhole() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		mirror().ServeHTTP(w, r)
	})
}

// pages answers with the text "one two" and so many bytes around it.
func pages(before, after int, headers ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		_, _ = io.WriteString(w, strings.Repeat("-", before)+"one two"+strings.Repeat("+", after))
	})
}

func TestTextInBodiesIsReplaced(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.Handler
		want    string // in place of the text
		hits    int64
	}{
		"short":      {pages(0, 0), "2 ", 1},
		"sized":      {pages(0, 10, "Content-Length", "17"), "2 ", 1},
		"chunked":    {pages(300_000, 300_000), "2 ", 1},
		"too large":  {pages(10, maxAltered), "one two", 0},
		"compressed": {pages(0, 0, "Content-Encoding", "gzip"), "one two", 0},
	} {
		t.Run(name, func(t *testing.T) {
			eachHTTP(t, func(t *testing.T, client *http.Client) {
				t.Helper()
				p := startProxy(t, startWeb2(t, c.handler))
				put(t, p, Rule{ID: "text", Kind: HTTPBody, Percent: 100, Replacements: map[string]string{"one": "2", "two": "", "on": "bad"}})
				for i := range 3 {
					status, body := fetch(t, client, "http://"+p.Addr()+"/")
					require.Equal(t, 200, status)
					require.Equal(t, c.want, strings.Trim(body, "-+"))
					require.Equal(t, c.hits*int64(i+1), stats(t, p, "text").Requests)
				}
				require.Equal(t, 1, sessions(p))
				eventually(t, func() bool { return p.held.used.Load() == 0 }, "nothing is held any more")
			})
		})
	}
}

func TestEditsHitTheirShareOfConcurrentResponses(t *testing.T) {
	eachHTTP(t, func(t *testing.T, client *http.Client) {
		t.Helper()
		p := startProxy(t, startWeb2(t, pages(20_000, 50_000)))
		put(t, p, Rule{ID: "text", Kind: HTTPBody, Percent: 30, Replacements: map[string]string{"one": "2"}, Match: Match{Path: "/text"}})
		put(t, p, Rule{ID: "body", Kind: HTTPBody, Percent: 50, Body: strings.Repeat("other", 30_000), Match: Match{Path: "/body"}})
		var users sync.WaitGroup
		for range 8 {
			users.Go(func() {
				for range 25 {
					_, body := fetch(t, client, "http://"+p.Addr()+"/text")
					assert.Contains(t, []string{"one two", "2 two"}, strings.Trim(body, "-+"))
					_, body = fetch(t, client, "http://"+p.Addr()+"/body")
					assert.Contains(t, []int{150_000, 70_007}, len(body))
				}
			})
		}
		users.Wait()
		require.EqualValues(t, 60, stats(t, p, "text").Requests, "30 % of 200")
		require.EqualValues(t, 100, stats(t, p, "body").Requests, "50 % of 200")
		eventually(t, func() bool { return p.held.used.Load() == 0 }, "nothing is held any more")
	})
}

// TestEditsLeaveAloneWhatHasNoBody: neither are these counted.
func TestEditsLeaveAloneWhatHasNoBody(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/204":
			w.WriteHeader(http.StatusNoContent)
		case "/304":
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("Content-Length", "7")
		}
	})
	eachHTTP(t, func(t *testing.T, client *http.Client) {
		t.Helper()
		p := startProxy(t, startWeb2(t, handler))
		put(t, p, Rule{ID: "body", Kind: HTTPBody, Percent: 100, Body: "other"})
		for _, path := range []string{"/204", "/304"} {
			_, body := fetch(t, client, "http://"+p.Addr()+path)
			require.Empty(t, body)
		}
		response, err := client.Head("http://" + p.Addr() + "/")
		require.NoError(t, err)
		_ = response.Body.Close()
		require.EqualValues(t, 7, response.ContentLength)
		require.Zero(t, stats(t, p, "body").Requests)
		require.EqualValues(t, 2, stats(t, p, "body").Matched)
	})
}

// respond serves one request on each connection with these bytes, piece by piece, and hangs up.
func respond(t *testing.T, pieces ...string) string {
	t.Helper()
	return serve(t, func(conn *net.TCPConn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
			return
		}
		for _, piece := range pieces {
			_, _ = io.WriteString(conn, piece)
		}
	})
}

func TestEditedResponsesUpToTheEndOfTheStream(t *testing.T) {
	for want, rule := range map[string]Rule{
		"other":   {ID: "x", Kind: HTTPBody, Percent: 100, Body: "other"},
		"2, two.": {ID: "x", Kind: HTTPBody, Percent: 100, Replacements: map[string]string{"one": "2"}},
	} {
		p := startProxy(t, respond(t, "HTTP/1.0 200 O", "K\r\nA: b\r\n", "\r\non", "e, two."))
		put(t, p, rule)
		conn := dial(t, p.Addr())
		_, err := io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
		require.NoError(t, err)
		got, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("HTTP/1.0 200 OK\r\nA: b\r\nContent-Length: %d\r\n\r\n%s", len(want), want), string(got))
	}
}

// TestRemovedEditLetsTheResponseGo, as far as it has come.
func TestRemovedEditLetsTheResponseGo(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	more := make(chan struct{})
	upstream := serve(t, func(conn *net.TCPConn) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, head+"3\r\none\r\n")
		<-more
		_, _ = io.WriteString(conn, "0\r\n\r\n")
	})
	p := startProxy(t, upstream)
	put(t, p, Rule{ID: "text", Kind: HTTPBody, Percent: 100, Replacements: map[string]string{"one": "2"}})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	eventually(t, func() bool { return p.held.used.Load() > 0 }, "held")
	require.True(t, p.Remove("text"))
	require.Equal(t, head+"3\r\none\r\n", receive(t, conn, len(head)+8))
	close(more)
	require.Equal(t, "0\r\n\r\n", receive(t, conn, 5))
	eventually(t, func() bool { return p.held.used.Load() == 0 }, "nothing is held any more")
}

// TestEditsOfWhatIsNoResponsePass as it came.
func TestEditsOfWhatIsNoResponsePass(t *testing.T) {
	for _, text := range []string{"HTTP/1.1 nonsense\r\n\r\nrest", "HT", "garbage", "HTTP/1.1 101 X\r\nUpgrade: y\r\n\r\nwhatever"} {
		p := startProxy(t, respond(t, text[:2], text[2:]))
		put(t, p, Rule{ID: "body", Kind: HTTPBody, Percent: 100, Body: "other"})
		conn := dial(t, p.Addr())
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		got, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.Equal(t, text, string(got))
	}
}

func TestHTTP2EditsGiveWayToSmallWindows(t *testing.T) {
	p := startProxy(t, startWeb2(t, pages(50_000, 150_000)))
	put(t, p, Rule{ID: "text", Kind: HTTPBody, Percent: 100, Replacements: map[string]string{"one": "2"}})
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols, HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: 60_000, MaxReceiveBufferPerConnection: 70_000}}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport, Timeout: patience}
	var users sync.WaitGroup
	for range 8 {
		users.Go(func() {
			_, body := fetch(t, client, "http://"+p.Addr()+"/")
			assert.Equal(t, "one two", strings.Trim(body, "-+"))
		})
	}
	users.Wait()
	require.Zero(t, stats(t, p, "text").Requests)
	eventually(t, func() bool { return p.held.used.Load() == 0 }, "nothing is held any more")
}

// TestARequestPassesThatCanNotBeAnswered, as the upstream has spoken out of turn while it was
// delayed.
func TestARequestPassesThatCanNotBeAnswered(t *testing.T) {
	got, spoken := make(chan string, 1), make(chan struct{})
	upstream := serve(t, func(conn *net.TCPConn) {
		<-spoken
		_, _ = io.WriteString(conn, "hello")
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err == nil {
			got <- request.URL.Path
		}
	})
	p := startProxy(t, upstream)
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: maxLatency})
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 500})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "GET /passes HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	eventually(t, func() bool { return stats(t, p, "slow").Requests == 1 }, "held")
	close(spoken)
	require.Equal(t, "hello", receive(t, conn, 5))
	require.True(t, p.Remove("slow"))
	require.Equal(t, "/passes", <-got)
}

func TestEditRulesAreValidated(t *testing.T) {
	for want, r := range map[string]Rule{
		"expected one of them":       {Body: "a", Replacements: map[string]string{"b": "c"}},
		"expected something":         {Replacements: map[string]string{"": "c"}},
		"something else":             {Replacements: map[string]string{"c": "c"}},
		"expected 0 to 1.048576e+06": {Body: strings.Repeat("x", maxAnswer+1)},
		"frames the message":         {ResponseHeaders: map[string]string{"Content-Length": "7"}},
	} {
		r.ID, r.Kind, r.Percent = "x", HTTPBody, 100
		require.ErrorContains(t, r.Validate(), want)
	}
}
