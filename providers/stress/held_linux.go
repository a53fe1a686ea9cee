package stress

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// heldDescriptor is where a memory worker counts what it has taken, so that anybody
// can look: an eventfd(2), whose value is in /proc/PID/fdinfo/101.
const heldDescriptor = 101

// openHeld begins to count. It is a bare descriptor: garbage collection closes files.
func openHeld() error {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return fmt.Errorf("make a counter of what is taken: %w", err)
	}
	defer func() { _ = unix.Close(fd) }()
	return unix.Dup3(fd, heldDescriptor, unix.O_CLOEXEC)
}

// addHeld counts bytes that have become real.
func addHeld(bytes int) error {
	_, err := unix.Write(heldDescriptor, binary.NativeEndian.AppendUint64(nil, uint64(bytes)))
	return err
}

// HeldBytes is the memory that a worker has taken and that is resident: what it says, so
// that its own code and runtime don't count, but at most what the kernel says. It is 0
// while it has none.
func HeldBytes(pid int) int64 {
	taken := countedBytes(pid)
	resident, err := procfs.Anonymous(pid)
	if err == nil && resident < taken { // swapped out, or not yet added up over the processors
		resident, err = procfs.AnonymousExactly(pid)
	}
	if err != nil {
		return 0
	}
	return min(taken, resident)
}

// countedBytes is what the worker has counted.
func countedBytes(pid int) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/fdinfo/" + strconv.Itoa(heldDescriptor))
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		if value, found := strings.CutPrefix(string(line), "eventfd-count:"); found {
			count, _ := strconv.ParseInt(strings.TrimSpace(value), 16, 64) // 0 for what is no number
			return count
		}
	}
	return 0
}
