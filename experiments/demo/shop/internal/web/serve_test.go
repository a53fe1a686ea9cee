package web

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const soon = 10 * time.Second

// serving is a server whose requests wait for release.
type serving struct {
	url     string
	entered chan struct{}
	release chan struct{}
	stop    context.CancelFunc
	ended   chan error
}

func serve(t *testing.T) serving {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	ctx, stop := context.WithCancel(t.Context())
	s := serving{"http://" + address, make(chan struct{}, 1), make(chan struct{}), stop, make(chan error, 1)}
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		s.entered <- struct{}{}
		<-s.release
	})
	go func() { s.ended <- Serve(ctx, address, handler, slog.New(slog.DiscardHandler)) }()
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address)
		return err == nil && c.Close() == nil
	}, soon, time.Millisecond)
	return s
}

// ask sends a request on a connection of its own and gives its status, 0 for none.
func (s serving) ask() <-chan int {
	status := make(chan int, 1)
	go func() {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Get(s.url)
		if err != nil {
			status <- 0
			return
		}
		resp.Body.Close()
		status <- resp.StatusCode
	}()
	return status
}

// TestServeEndsAfterWhatIsInFlight is a SIGTERM while a request is answered: it
// gets its answer, and who comes later is refused.
func TestServeEndsAfterWhatIsInFlight(t *testing.T) {
	s := serve(t)
	status := s.ask()
	<-s.entered
	s.stop()
	require.Eventually(t, func() bool { return <-s.ask() == 0 }, soon, time.Millisecond, "nobody else is let in")
	close(s.release)
	assert.Equal(t, http.StatusOK, <-status)
	assert.NoError(t, <-s.ended)
}

// TestServeDoesNotWaitForEver has a request that does not end: it is cut off.
func TestServeDoesNotWaitForEver(t *testing.T) {
	s := serve(t)
	status := s.ask()
	<-s.entered
	began := time.Now()
	s.stop()
	assert.NoError(t, <-s.ended)
	assert.GreaterOrEqual(t, time.Since(began), grace)
	assert.Equal(t, 0, <-status)
	close(s.release)
}
