//go:build linux

package supervisor

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gameday-dev/gameday/internal/privatedir"
)

// listen makes the socket in a folder that only this user may enter.
func listen(path string) (net.Listener, error) {
	if err := privatedir.Make(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("the place of the socket: %w", err)
	}
	// A socket that is there belongs to a supervisor that was killed: its name
	// holds the run's id and the environment's address.
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, err
	}
	return ownUserOnly{listener}, nil
}

// ownUserOnly accepts connections of this user's processes only, by what the
// kernel says about the peer.
type ownUserOnly struct{ net.Listener }

func (l ownUserOnly) Accept() (net.Conn, error) {
	for {
		connection, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if uid, err := peerUser(connection); err == nil && uid == os.Getuid() {
			return connection, nil
		}
		_ = connection.Close()
	}
}

func peerUser(connection net.Conn) (int, error) {
	unixConn, ok := connection.(*net.UnixConn)
	if !ok {
		return 0, fmt.Errorf("not a unix socket: %T", connection)
	}
	raw, err := unixConn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var peer *syscall.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		peer, failed = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err != nil || failed != nil {
		return 0, fmt.Errorf("peer of the socket: %w", errFirst(err, failed))
	}
	return int(peer.Uid), nil
}

func errFirst(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
