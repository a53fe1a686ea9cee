package diskspace

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// OpenDir opens a folder as whoever has that root sees it: links, also absolute
// ones and those to "..", stay below the root (RESOLVE_IN_ROOT, openat2(2)). With
// the root "/proc/PID/root" that is another process's mount namespace. The file is
// good for statfs(2) and, by its name in /proc/self/fd, for making files in it.
func OpenDir(root, path string) (*os.File, error) {
	top, err := os.OpenFile(root, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer top.Close()
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT}
	fd, err := unix.Openat2(int(top.Fd()), path, &how)
	if err != nil {
		return nil, fmt.Errorf("open folder %s in %s: %w", path, root, err)
	}
	return os.NewFile(uintptr(fd), path), nil
}

// ReadFile reads the space of the filesystem that holds an open file or folder.
func ReadFile(file *os.File) (Space, error) {
	conn, err := file.SyscallConn() // keeps the descriptor from being closed meanwhile
	if err != nil {
		return Space{}, err
	}
	var stat unix.Statfs_t
	var failed error
	if err := conn.Control(func(fd uintptr) { failed = unix.Fstatfs(int(fd), &stat) }); err != nil {
		return Space{}, err
	}
	if failed != nil {
		return Space{}, fmt.Errorf("read the space of %s: %w", file.Name(), failed)
	}
	return spaceOf(&stat), nil
}
