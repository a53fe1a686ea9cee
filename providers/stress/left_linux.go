package stress

import (
	"fmt"

	"github.com/gameday-dev/gameday/providers/diskspace"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// MemoryLeft refuses to take so many bytes of the machine's memory if less than
// the reserve would be available afterwards: the error is ErrReserve. A negative
// reserve refuses nothing.
func MemoryLeft(bytes, reserve int64) error {
	if reserve < 0 {
		return nil
	}
	memory, err := procfs.ReadMemory()
	if err != nil {
		return err
	}
	if memory.Available-bytes < reserve {
		return fmt.Errorf("%w: %.1f MiB are available, %.1f MiB more are to be taken, and %.1f MiB are to stay", ErrReserve, mebi(memory.Available), mebi(bytes), mebi(reserve))
	}
	return nil
}

// DiskLeft refuses to take so many bytes of the filesystem that holds a folder if
// less than the reserve would be available afterwards: the error is ErrReserve.
func DiskLeft(dir string, bytes, reserve int64) error {
	space, err := diskspace.Read(dir)
	if err != nil {
		return err
	}
	if space.Available-bytes < reserve {
		return fmt.Errorf("%w: %s has %.1f MiB available, %.1f MiB are to be taken, and %.1f MiB are to stay", ErrReserve, dir, mebi(space.Available), mebi(bytes), mebi(reserve))
	}
	return nil
}
