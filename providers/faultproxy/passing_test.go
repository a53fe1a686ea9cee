package faultproxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
	require.Equal(t, "POST /big "+big, string(got))
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
	defer response.Body.Close()
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
