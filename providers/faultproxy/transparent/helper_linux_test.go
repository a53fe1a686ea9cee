package transparent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/faultproxy/transparent"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// serve answers HTTP/1.1 and HTTP/2 in the namespace of the test, as a server in a pod. It says where
// a request seems to come from.
func serve(t *testing.T) (port uint16) {
	t.Helper()
	listener, err := net.Listen("tcp", "[::]:0")
	require.NoError(t, err)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Protocols: protocols, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-From", r.RemoteAddr)
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, body)
	})}
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		_ = server.Close()
		running.Wait()
	})
	return portOf(listener.Addr())
}

func portOf(a net.Addr) uint16 { return a.(*net.TCPAddr).AddrPort().Port() }

// from is a client in the namespace of a peer.
func from(t *testing.T, peer *netnstest.Peer, http2 bool) *http.Client {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetUnencryptedHTTP2(http2)
	transport := &http.Transport{
		Protocols: protocols, DisableCompression: true,
		DialContext: func(_ context.Context, network, address string) (net.Conn, error) {
			return dialFrom(t, peer, network, address)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

func dialFrom(t *testing.T, peer *netnstest.Peer, network, address string) (conn net.Conn, err error) {
	t.Helper()
	peer.Do(t, func() error {
		conn, err = net.DialTimeout(network, address, patience)
		return nil
	})
	if err == nil {
		err = conn.SetDeadline(time.Now().Add(patience))
	}
	return conn, err
}

// answer is what came of a request.
type answer struct {
	status int
	body   string
	from   string // as the server saw it
	header http.Header
	err    error
}

func ask(t *testing.T, client *http.Client, method, url string, headers map[string]string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader("hello"))
	require.NoError(t, err)
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{err: err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, string(body), response.Header.Get("X-From"), response.Header, err}
}

// start reads a specification as the agent gets it, in JSON, and starts it.
func start(t *testing.T, text string, args ...any) *transparent.Running {
	t.Helper()
	s := spec(t, text, args...)
	r, err := transparent.Start(t.Context(), s)
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, r.Close())
		<-r.Done()
		left, err := firewall.List()
		assert.NoError(t, err)
		assert.Empty(t, left, "nothing is left")
	})
	return r
}

// spec is a specification with these fields, and a deadline that no test reaches.
func spec(t *testing.T, text string, args ...any) (s transparent.Spec) {
	t.Helper()
	require.NoError(t, json.Unmarshal(fmt.Appendf(nil, text, args...), &s))
	if s.Deadline.IsZero() {
		s.Deadline = time.Now().Add(time.Hour)
	}
	return s
}

func url(at netip.Addr, port uint16, path string) string {
	return "http://" + netip.AddrPortFrom(at, port).String() + path
}
