package stress

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/diskspace"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// fillDescriptor is where a worker holds its file, so that anybody can look at
// what it takes: /proc/PID/fd/100.
const fillDescriptor = 100

// fillDisk takes space with a file that has no name, and keeps it. Nobody has to
// delete it: its blocks are free as soon as its only descriptor is closed, which
// the kernel does when the process ends, however it ends.
func fillDisk(args []string, stderr io.Writer) error {
	flags := worker.NewFlags(roleDisk, stderr)
	dir := flags.String("dir", "", "folder on the filesystem")
	size := flags.Int64("bytes", 0, "how much")
	reserve := flags.Int64("reserve", 0, "bytes that stay available")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := offerFirst(); err != nil { // the filesystem may be one in memory
		return err
	}
	return worker.Run(flags.Deadline, func(ctx context.Context, ready func() error) error {
		if err := DiskLeft(*dir, *size, *reserve); err != nil {
			return err
		}
		if err := fill(*dir, *size); err != nil {
			return fmt.Errorf("take %d bytes in %s: %w", *size, *dir, err)
		}
		if err := ready(); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
}

// fill leaves the file open as a bare descriptor. An os.File of it would be closed by
// the garbage collector, which comes after two minutes at the latest, and the space
// would be back with the worker still there.
func fill(dir string, size int64) error {
	file, err := diskspace.Nameless(dir)
	if err != nil {
		return fmt.Errorf("make a file: %w", err)
	}
	defer file.Close()
	if err := unix.Dup3(int(file.Fd()), fillDescriptor, unix.O_CLOEXEC); err != nil {
		return err
	}
	return diskspace.Allocate(file, size)
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
