package faultproxy

import (
	"context"
	"net"
	"os"
	"syscall"
	"testing"

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
		"no port is left":      {syscall.EADDRNOTAVAIL, 1, errNoPorts},
		"the upstream refuses": {syscall.ECONNREFUSED, 0, nil},
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
