package probing_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers/probing"
)

func TestExplain(t *testing.T) {
	address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}
	for want, err := range map[string]error{
		"no answer within 2s":                                 &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded},
		"stopped before the answer came":                      &url.Error{Op: "Get", URL: "http://a", Err: context.Canceled},
		`the name "shop" does not resolve: no such host`:      &net.DNSError{Name: "shop", Err: "no such host"},
		"connection refused: nothing listens at 127.0.0.1:80": &net.OpError{Op: "dial", Addr: address, Err: syscall.ECONNREFUSED},
		"connection refused: nothing listens at that address": syscall.ECONNREFUSED,
		"connection reset by the peer":                        fmt.Errorf("write: %w", syscall.EPIPE),
		"no local address or port is left for a connection to 127.0.0.1:80: keep connections alive, or ask less often": &net.OpError{Op: "dial", Addr: address, Err: syscall.EADDRNOTAVAIL},
		"dial tcp 127.0.0.1:80: no route to host": &net.OpError{Op: "dial", Net: "tcp", Addr: address, Err: syscall.EHOSTUNREACH},
	} {
		wrapped := &url.Error{Op: "Get", URL: "http://user:s3cret@shop/?token=s3cret", Err: err}
		assert.Equal(t, want, probing.Explain(t.Context(), wrapped, 2*time.Second))
	}
}

func TestWhateverFailsAfterTheDeadlineIsATimeout(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	assert.Equal(t, "no answer within 1s", probing.Explain(ctx, net.ErrClosed, time.Second))
}
