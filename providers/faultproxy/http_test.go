package faultproxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStatusAnswersInTheUpstreamsPlace(t *testing.T) {
	w := startWeb(t)
	p := startProxy(t, w.address)
	put(t, p, Rule{
		ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503, Body: "sorry",
		Match:           Match{Path: "/pay/*", Method: "GET"},
		ResponseHeaders: map[string]string{"Retry-After": "7"},
	})
	client := browser(t)
	response, err := client.Get("http://" + p.Addr() + "/pay/42?x=1")
	require.NoError(t, err)
	body, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	require.Equal(t, 503, response.StatusCode)
	require.Equal(t, "sorry", string(body))
	require.Equal(t, "7", response.Header.Get("Retry-After"))
	require.Empty(t, response.Header.Get("X-Upstream"))

	status, text := fetch(t, client, "http://"+p.Addr()+"/pay/42/more")
	require.Equal(t, 200, status)
	require.Equal(t, "GET /pay/42/more ", text)
	require.Equal(t, []string{"GET /pay/42/more"}, w.requests())
	s := stats(t, p, "down")
	require.EqualValues(t, 1, s.Requests)
	require.EqualValues(t, 1, s.Matched)
}

func TestStatusTakesHoldOfAnIdleConnection(t *testing.T) {
	w := startWeb(t)
	p := startProxy(t, w.address)
	conn := dial(t, p.Addr())
	from := bufio.NewReader(conn)
	get := func() int {
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		status, _ := readResponse(t, from, "GET")
		return status
	}
	for range 3 {
		require.Equal(t, 200, get())
		put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 500})
		require.Equal(t, 500, get())
		require.Equal(t, 500, get())
		require.True(t, p.Remove("down"))
	}
	require.Equal(t, 200, get())
	require.Len(t, w.requests(), 4)
}

func TestShareOfRequestsIsExact(t *testing.T) {
	w := startWeb(t)
	p := startProxy(t, w.address)
	put(t, p, Rule{ID: "some", Kind: HTTPStatus, Percent: 10, Status: 500, Seed: 3})
	var failed, workers sync.WaitGroup
	counts := make(chan int, 4)
	for range 4 {
		workers.Go(func() {
			client, n := browser(t), 0
			for range 250 {
				if status, _ := fetch(t, client, "http://"+p.Addr()+"/"); status == 500 {
					n++
				}
			}
			counts <- n
		})
	}
	workers.Wait()
	failed.Wait()
	total := 0
	for range 4 {
		total += <-counts
	}
	require.Equal(t, 100, total)
	require.Len(t, w.requests(), 900)
}

func TestHTTPDelayHoldsOnlyWhatMatches(t *testing.T) {
	const latency = 60 * time.Millisecond
	w := startWeb(t)
	p := startProxy(t, w.address)
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: latency, Match: Match{Headers: map[string]string{"x-user": "vip*"}}})
	request, err := http.NewRequest("GET", "http://"+p.Addr()+"/", nil)
	require.NoError(t, err)
	request.Header.Set("X-User", "vip/7")
	client := browser(t)
	began := time.Now()
	response, err := client.Do(request)
	require.NoError(t, err)
	_ = response.Body.Close()
	require.GreaterOrEqual(t, time.Since(began), latency)
	status, _ := fetch(t, client, "http://"+p.Addr()+"/")
	require.Equal(t, 200, status)
	require.EqualValues(t, 1, stats(t, p, "slow").Requests)
}

func TestRemovedHTTPDelayLetsTheRequestGo(t *testing.T) {
	p := startProxy(t, startWeb(t).address)
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: time.Hour})
	done := make(chan int)
	go func() {
		status, _ := fetch(t, browser(t), "http://"+p.Addr()+"/")
		done <- status
	}()
	eventually(t, func() bool { return stats(t, p, "slow").Requests == 1 }, "held")
	require.True(t, p.Remove("slow"))
	require.Equal(t, 200, <-done)
}

func TestAbortResetsInPlaceOfAnAnswer(t *testing.T) {
	w := startWeb(t)
	p := startProxy(t, w.address)
	put(t, p, Rule{ID: "abort", Kind: HTTPAbort, Percent: 100, Match: Match{Path: "/bad"}})
	conn := dial(t, p.Addr())
	from := bufio.NewReader(conn)
	_, err := io.WriteString(conn, "GET /good HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	status, _ := readResponse(t, from, "GET")
	require.Equal(t, 200, status)
	_, err = io.WriteString(conn, "GET /bad HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	_, err = from.ReadByte()
	require.ErrorIs(t, err, syscall.ECONNRESET)
	require.Equal(t, []string{"GET /good"}, w.requests())
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

func TestContinuePassesAndBodiesStream(t *testing.T) {
	p := startProxy(t, startWeb(t).address)
	put(t, p, Rule{ID: "none", Kind: HTTPStatus, Percent: 100, Status: 503, Match: Match{Path: "/never"}})
	conn := dial(t, p.Addr())
	from := bufio.NewReader(conn)
	for range 2 {
		_, err := io.WriteString(conn, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		require.NoError(t, err)
		line, err := from.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
		_, _ = from.ReadString('\n')
		_, err = io.WriteString(conn, "hello")
		require.NoError(t, err)
		status, body := readResponse(t, from, "POST")
		require.Equal(t, "200 POST /x hello", fmt.Sprint(status, " ", body))
	}
	big := string(noise(3 << 20))
	response, err := browser(t).Post("http://"+p.Addr()+"/big", "", strings.NewReader(big))
	require.NoError(t, err)
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.True(t, string(got) == "POST /big "+big)
}

func TestUpgradeMakesTheConnectionOpaque(t *testing.T) {
	const frame = "GET / HTTP/1.1\r\nHost: not-a-request\r\n\r\n"
	upstream := serve(t, func(conn *net.TCPConn) {
		from := bufio.NewReader(conn)
		if _, err := http.ReadRequest(from); err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\nhi")
		_, _ = io.Copy(struct{ io.Writer }{conn}, from)
	})
	p := startProxy(t, upstream)
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503, Match: Match{Headers: map[string]string{"Host": "not-a-request"}}})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n")
	require.NoError(t, err)
	from := bufio.NewReader(conn)
	response, err := http.ReadResponse(from, nil)
	require.NoError(t, err)
	require.Equal(t, 101, response.StatusCode)
	require.Equal(t, "hi", receive(t, connFrom{conn, from}, 2))
	require.Equal(t, frame, roundTrip(t, connFrom{conn, from}, frame))
	require.Zero(t, stats(t, p, "down").Requests)
}

// connFrom reads through a buffer.
type connFrom struct {
	net.Conn
	from *bufio.Reader
}

func (c connFrom) Read(p []byte) (int, error) { return c.from.Read(p) }

// TestWhatIsNotHTTPPassesUnchanged sends what an echo returns: with a rule that
// would answer every request, every byte must come back.
func TestWhatIsNotHTTPPassesUnchanged(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503})
	for name, text := range map[string]string{
		"TLS":              "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"HTTP/2":           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04",
		"Redis":            "*1\r\n$4\r\nPING\r\n",
		"SMTP":             "EHLO example.com\r\n",
		"bare line feeds":  "GET / HTTP/1.1\nHost: x\n\n",
		"bad length":       "POST / HTTP/1.1\r\nContent-Length: ten\r\n\r\n0123456789",
		"two lengths":      "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"length and chunk": "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"folded":           "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
		"empty name":       "GET / HTTP/1.1\r\n: b\r\n\r\n",
		"long head":        "GET / HTTP/1.1\r\nA: " + strings.Repeat("x", 2*maxHead) + "\r\n\r\n",
		"half a head":      "GET / HTTP/1.1\r\nHos",
		"half a line":      "GET",
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, text, string(exchangeAll(t, dial(t, p.Addr()), []byte(text))))
		})
	}
	require.Zero(t, stats(t, p, "down").Requests)
}

func TestHalfAHeadIsNotHeldForEver(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503})
	require.Equal(t, "LOGIN", roundTrip(t, dial(t, p.Addr()), "LOGIN"))
}

func TestServerThatSpeaksFirst(t *testing.T) {
	p := startProxy(t, serve(t, func(conn *net.TCPConn) {
		_, _ = io.WriteString(conn, "220 ready\r\n")
		echo(conn)
	}))
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503})
	conn := dial(t, p.Addr())
	require.Equal(t, "220 ready\r\n", receive(t, conn, 11))
	require.Equal(t, "EHLO x\r\n", roundTrip(t, conn, "EHLO x\r\n"))
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

func TestPassingRequestsAreNotRewritten(t *testing.T) {
	got := make(chan string, 1)
	p := startProxy(t, serve(t, func(conn *net.TCPConn) {
		all, _ := io.ReadAll(conn)
		got <- string(all)
	}))
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503, Match: Match{Path: "/never"}})
	raw := "POST /x?y=/never HTTP/1.1\r\nhOST:  x\r\nX-Odd:\t a \r\nContent-Length: 2\r\n\r\nhi" +
		"\r\nget http://h/p HTTP/1.0\r\n\r\n"
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, raw)
	require.NoError(t, err)
	require.NoError(t, conn.CloseWrite())
	assert.Equal(t, raw, <-got)
}
