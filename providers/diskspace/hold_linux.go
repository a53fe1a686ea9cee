//go:build linux

package diskspace

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Read reads the space of the filesystem that holds path.
func Read(path string) (Space, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil {
		return Space{}, fmt.Errorf("read the space of %s: %w", path, err)
	}
	return spaceOf(&stat), nil
}

func spaceOf(stat *unix.Statfs_t) Space {
	block := int64(stat.Frsize) //nolint:unconvert // int32 on 32-bit systems
	if block == 0 {
		block = int64(stat.Bsize) //nolint:unconvert // likewise
	}
	return Space{
		Total:     int64(stat.Blocks) * block,
		Used:      int64(stat.Blocks-stat.Bfree) * block,
		Available: int64(stat.Bavail) * block,
	}
}

// Hold takes so many bytes with a file in a folder that has no name. Nobody has to
// delete it: its blocks are free as soon as it is closed, which the kernel does
// when the process ends, however it ends.
func Hold(dir string, bytes int64) (*os.File, error) {
	file, err := Nameless(dir)
	if err != nil {
		return nil, fmt.Errorf("make a file in %s: %w", dir, err)
	}
	if err := Allocate(file, bytes); err != nil {
		return nil, errors.Join(fmt.Errorf("take %d bytes in %s: %w", bytes, dir, err), file.Close())
	}
	return file, nil
}

// Nameless makes a file without a name. Where the filesystem cannot, the name
// goes before the first byte comes.
func Nameless(dir string) (*os.File, error) {
	file, err := os.OpenFile(dir, unix.O_TMPFILE|os.O_RDWR, 0o600)
	if err == nil {
		return file, nil
	}
	if !errors.Is(err, syscall.EOPNOTSUPP) && !errors.Is(err, syscall.EISDIR) && !errors.Is(err, syscall.ENOENT) {
		return nil, err
	}
	file, err = os.CreateTemp(dir, ".gameday-fill-*")
	if err != nil {
		return nil, err
	}
	return file, os.Remove(file.Name())
}

// Allocate reserves so many bytes for a file, or writes them where the filesystem
// cannot reserve.
func Allocate(file *os.File, size int64) error {
	for {
		err := unix.Fallocate(int(file.Fd()), 0, 0, size)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EOPNOTSUPP):
			return writeNoise(file, size)
		default:
			return err
		}
	}
}

// writeNoise writes what no filesystem can compress or find twice.
func writeNoise(file *os.File, size int64) error {
	chunk := make([]byte, 1<<20)
	for left := size; left > 0; left -= int64(len(chunk)) {
		chunk = chunk[:min(left, int64(len(chunk)))]
		if _, err := rand.Read(chunk); err != nil {
			return err
		}
		if _, err := file.Write(chunk); err != nil {
			return err
		}
	}
	return nil
}
