//go:build linux

package supervisor

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// listen makes the socket in a folder that only this user may enter.
func listen(path string) (net.Listener, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := privateDir(dir); err != nil {
		return nil, err
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

// privateDir refuses a folder that another user owns or may write to: it could
// have been made beforehand to catch the socket.
func privateDir(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(stat.Uid) != os.Getuid() || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("folder %s for the socket: expected one that only user %d may enter (mode 0700), found %s", dir, os.Getuid(), info.Mode())
	}
	return nil
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
