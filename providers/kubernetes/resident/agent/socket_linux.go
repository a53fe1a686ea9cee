package agent

import (
	"fmt"
	"net"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// address is a socket without a file: an image from scratch has no folder that
// somebody who is not root could write to. Such names belong to the network
// namespace, which all containers of a pod share, and all pods that have that of their node. So the name has
// the container's mount namespace in it, which the commands in the container share; see isOurs.
func address(name string) *net.UnixAddr {
	own, _ := os.Readlink(mounts) // without /proc nobody is answered
	return &net.UnixAddr{Name: "@gameday/" + name + "/" + own, Net: "unix"}
}

// mounts is the mount namespace of this process.
const mounts = "/proc/self/ns/mnt"

// isOurs makes sure that the other side runs in this container: in the same mount
// namespace, which no other container shares.
func isOurs(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var peer *unix.Ucred
	var failed error
	if err := raw.Control(func(fd uintptr) {
		peer, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("ask who is there: %w", failed)
	}
	own, err := os.Readlink(mounts)
	if err != nil {
		return err
	}
	// A process that is not in this PID namespace has the number 0, and no such folder.
	other, err := os.Readlink("/proc/" + strconv.Itoa(int(peer.Pid)) + "/ns/mnt")
	if err != nil || other != own {
		return errStranger
	}
	return nil
}
