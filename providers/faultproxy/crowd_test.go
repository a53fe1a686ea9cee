package faultproxy

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWhatMakesACrowd: an upstream that refuses does not.
func TestWhatMakesACrowd(t *testing.T) {
	for name, c := range map[string]struct {
		errno syscall.Errno
		told  int
		why   error
	}{
		"no port is left":       {syscall.EADDRNOTAVAIL, 1, errNoPorts},
		"no descriptor is left": {syscall.EMFILE, 1, errNoDescriptors},
		"the upstream refuses":  {syscall.ECONNREFUSED, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			told := 0
			p, err := Start(Config{
				Listen: "127.0.0.1:0",
				Dial: func(context.Context, *net.TCPConn) (*net.TCPConn, error) {
					return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", c.errno)}
				},
				Crowded: func() { told++ },
			})
			require.NoError(t, err)
			for range 3 {
				require.Error(t, knock(p.Addr()))
			}
			require.NoError(t, p.Close())
			assert.Equal(t, c.told, told, "once")
			assert.Equal(t, c.why, p.Crowded())
		})
	}
}

// TestConnectionsWithoutUpstream: they come in a burst, faster than upstreams can be reached, and what those will
// take counts as taken.
func TestConnectionsWithoutUpstream(t *testing.T) {
	told, reached := make(chan struct{}), make(chan struct{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := newProxy(Config{
		Crowded: func() { close(told) },
		Dial: func(ctx context.Context, _ *net.TCPConn) (*net.TCPConn, error) {
			select {
			case <-reached:
			case <-ctx.Done():
			}
			return nil, errors.New("not in this test")
		},
	}, listener)
	t.Cleanup(func() { assert.NoError(t, p.Close()) })
	open, err := os.ReadDir("/dev/fd")
	require.NoError(t, err)
	const burst = 40
	p.crowd.full = len(open) + 2*burst + burst/2 // both ends of each connection are this process's
	p.routines.Go(p.accept)
	for range burst {
		client, err := net.Dial("tcp", p.Addr())
		require.NoError(t, err)
		t.Cleanup(func() { _ = client.Close() }) // the proxy has gone
	}
	select {
	case <-told:
	case <-time.After(10 * time.Second):
		t.Fatal("nobody was told, though there is no descriptor for half of the upstreams")
	}
	close(reached)
	assert.Equal(t, errNoDescriptors, p.Crowded())
	assert.Eventually(t, func() bool { return p.crowd.without.Load() == 0 }, 10*time.Second, 10*time.Millisecond)
}
