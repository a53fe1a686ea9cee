package faultproxy

import (
	"bufio"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen; holding is how long it
// watches that something does not.
const (
	patience = time.Minute
	holding  = 60 * time.Millisecond
)

// serve accepts connections until the test ends, and hands each to a goroutine
// that the end of the test waits for.
func serve(t testing.TB, handle func(*net.TCPConn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				handle(conn.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		running.Wait()
	})
	return listener.Addr().String()
}

// echo sends back what it gets, and a half-close for a half-close.
func echo(conn *net.TCPConn) {
	_, _ = io.Copy(struct{ io.Writer }{conn}, conn)
}

func startProxy(t testing.TB, upstream string) *Proxy {
	t.Helper()
	return startConfigured(t, Config{Listen: "127.0.0.1:0", Upstream: upstream})
}

func startConfigured(t testing.TB, c Config) *Proxy {
	t.Helper()
	p, err := Start(c)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, p.Close()) })
	return p
}

// dial connects with a deadline that keeps a broken test from hanging.
func dial(t testing.TB, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	return conn.(*net.TCPConn)
}

// knock makes a connection, sends a byte and waits for it to come back. A RST may
// meet the connect or what follows.
func knock(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write([]byte("x")); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

func put(t testing.TB, p *Proxy, r Rule) {
	t.Helper()
	require.NoError(t, p.Put(r))
}

// roundTrip sends text and reads as much back.
func roundTrip(t testing.TB, conn net.Conn, text string) string {
	t.Helper()
	_, err := io.WriteString(conn, text)
	require.NoError(t, err)
	return receive(t, conn, len(text))
}

func receive(t testing.TB, conn net.Conn, n int) string {
	t.Helper()
	got := make([]byte, n)
	_, err := io.ReadFull(conn, got)
	require.NoError(t, err)
	return string(got)
}

// silent asserts that nothing arrives for a while.
func silent(t testing.TB, conn net.Conn) {
	t.Helper()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(holding)))
	n, err := conn.Read(make([]byte, 1))
	require.Zero(t, n)
	var timeout net.Error
	require.ErrorAs(t, err, &timeout)
	require.True(t, timeout.Timeout(), "expected silence, got %v", err)
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
}

// stats is the evidence of one rule.
func stats(t testing.TB, p *Proxy, id string) Stats {
	t.Helper()
	for _, s := range p.Status() {
		if s.Rule.ID == id {
			return s.Stats
		}
	}
	require.Fail(t, "no such rule", id)
	return Stats{}
}

func eventually(t testing.TB, condition func() bool, what string) {
	t.Helper()
	require.Eventually(t, condition, patience, time.Millisecond, what)
}

// noise is reproducible and does not repeat.
func noise(n int) []byte {
	source := rand.NewChaCha8([32]byte{7})
	data := make([]byte, n)
	_, _ = source.Read(data)
	return data
}

// web is an HTTP server that counts the requests that reach it.
type web struct {
	address string
	mu      sync.Mutex
	seen    []string
}

func (w *web) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.seen...)
}

// startWeb answers every request with its method, path and body.
func startWeb(t testing.TB) *web {
	t.Helper()
	w := new(web)
	handler := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.seen = append(w.seen, r.Method+" "+r.URL.Path)
		w.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		rw.Header().Set("X-Upstream", "yes")
		_, _ = io.WriteString(rw, r.Method+" "+r.URL.Path+" "+string(body))
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: handler}
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		_ = server.Close()
		running.Wait()
	})
	w.address = listener.Addr().String()
	return w
}

// browser is an HTTP client with its own connections.
func browser(t testing.TB) *http.Client {
	t.Helper()
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

// fetch returns the status and body of a GET.
func fetch(t testing.TB, client *http.Client, url string) (int, string) {
	t.Helper()
	response, err := client.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(body)
}

// readResponse reads one response to a request of the method.
func readResponse(t testing.TB, from *bufio.Reader, method string) (int, string) {
	t.Helper()
	response, err := http.ReadResponse(from, &http.Request{Method: method})
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(body)
}

// onlySession waits for the one session of a proxy.
func onlySession(t *testing.T, p *Proxy) *session {
	t.Helper()
	eventually(t, func() bool { return sessions(p) == 1 }, "one session")
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.sessions {
		return s
	}
	return nil
}

func portOf(t testing.TB, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	return port
}
