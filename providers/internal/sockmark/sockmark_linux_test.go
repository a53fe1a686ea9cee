package sockmark_test

import (
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/netnstest"
	"github.com/gameday-dev/gameday/providers/internal/sockmark"
)

func TestMain(m *testing.M) { os.Exit(netnstest.Main(m)) }

func TestControlMarksBeforeTheFirstPacket(t *testing.T) {
	const mark = 0x1234
	config := net.ListenConfig{Control: sockmark.Control(mark)}
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	raw, err := listener.(syscall.Conn).SyscallConn()
	require.NoError(t, err)
	got := 0
	require.NoError(t, raw.Control(func(fd uintptr) { got, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK) }))
	require.NoError(t, err)
	assert.Equal(t, mark, got)
}

func TestNoMark(t *testing.T) { assert.Nil(t, sockmark.Control(0)) }

func TestWhatIsNoSocketIsToldOf(t *testing.T) {
	assert.ErrorContains(t, sockmark.Set(-1, 7), "mark a socket with 0x7")
}
