//go:build linux

package supervisor

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/diskspace"
)

// fillDescriptor is where a worker holds its file, so that anybody can look at
// what it takes: /proc/PID/fd/100.
const fillDescriptor = 100

// fillDisk takes space with a file that has no name, and keeps it. Nobody has to
// delete it: its blocks are free as soon as its only descriptor is closed, which
// the kernel does when the process ends, however it ends.
func fillDisk(args []string, stderr io.Writer) error {
	flags := newWorkerFlags("fill-disk", stderr)
	dir := flags.String("dir", "", "folder on the filesystem")
	size := flags.Int64("bytes", 0, "how much")
	reserve := flags.Int64("reserve", 0, "bytes that stay available")
	if err := flags.parse(args); err != nil {
		return err
	}
	if err := DiskLeft(*dir, *size, *reserve); err != nil {
		return err
	}
	file, err := diskspace.Nameless(*dir)
	if err != nil {
		return fmt.Errorf("make a file in %s: %w", *dir, err)
	}
	if err := unix.Dup3(int(file.Fd()), fillDescriptor, unix.O_CLOEXEC); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := diskspace.Allocate(os.NewFile(fillDescriptor, "fill"), *size); err != nil {
		return fmt.Errorf("take %d bytes in %s: %w", *size, *dir, err)
	}
	select {}
}

func isNoSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// ReadFilesystem reads the space of the filesystem that holds path.
func ReadFilesystem(path string) (Filesystem, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil {
		return Filesystem{}, fmt.Errorf("read the space of %s: %w", path, err)
	}
	block := int64(stat.Frsize) //nolint:unconvert // int32 on 32-bit systems
	if block == 0 {
		block = int64(stat.Bsize) //nolint:unconvert // likewise
	}
	return Filesystem{
		Total:     int64(stat.Blocks) * block,
		Used:      int64(stat.Blocks-stat.Bfree) * block,
		Available: int64(stat.Bavail) * block,
	}, nil
}

// DiskLeft refuses to take so many bytes if less than the reserve would be
// available afterwards.
func DiskLeft(dir string, bytes, reserve int64) error {
	space, err := ReadFilesystem(dir)
	if err != nil {
		return err
	}
	if space.Available-bytes < reserve {
		return fmt.Errorf("%w: %s has %.1f MiB available, %.1f MiB are to be taken, and %.1f MiB are to stay", errReserve, dir, mebi(space.Available), mebi(bytes), mebi(reserve))
	}
	return nil
}

// FilledBytes is the space that the worker's nameless file takes; 0 while it has
// none.
func FilledBytes(pid int) int64 {
	info, err := os.Stat("/proc/" + strconv.Itoa(pid) + "/fd/" + strconv.Itoa(fillDescriptor))
	if err != nil {
		return 0
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Nlink != 0 {
		return 0
	}
	return stat.Blocks * 512 // st_blocks counts in 512 bytes on every filesystem
}
