package engine

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/internal/privatedir"
)

// lock takes what the experiment's faults must have for themselves on this
// machine, so that two runs do not harm it at once. A lock ends with its
// process, however that dies.
func (x *experiment) lock() (unlock func(), err error) {
	var held []*os.File
	unlock = func() {
		for _, l := range held {
			release(l)
		}
	}
	for _, key := range x.lockKeys() {
		l, err := takeLock(key, x.run.Run)
		if err != nil {
			unlock()
			return nil, err
		}
		held = append(held, l)
	}
	return unlock, nil
}

// lockKeys are sorted, so that two runs cannot wait for each other.
func (x *experiment) lockKeys() []string {
	var keys []string
	for _, f := range x.faults {
		keys = append(keys, f.bound.Locks...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// takeLock takes one lock. Root does so for faults, in a place where anybody may
// make files: neither the folder nor the file may be what another user has put
// there.
func takeLock(key, run string) (*os.File, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("gameday-locks-%d", os.Getuid()))
	if err := privatedir.Make(dir); err != nil {
		return nil, fmt.Errorf("locking %s: %w", key, err)
	}
	path := filepath.Join(dir, fmt.Sprintf("%x", sha256.Sum256([]byte(key)))[:16])
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", key, err)
	}
	if err := hold(file); err != nil {
		_ = file.Close() // nothing was written to it
		return nil, fmt.Errorf("locking %s: %w", key, err)
	}
	sign(file, run)
	return file, nil
}

// hold takes the lock of a file for as long as it is open.
func hold(file *os.File) error {
	err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return heldBy(file)
	}
	return err
}

// release lets a lock go by name: a process that is just being started may still
// have the file open. Nothing depends on it, a lock ends with its process.
func release(file *os.File) {
	_ = unix.Flock(int(file.Fd()), unix.LOCK_UN)
	_ = file.Close()
}

// sign writes who holds the lock into its file, through what is open: by its name
// it could be another file by now. It is there only to name the holder in an
// error, the lock itself is the kernel's.
func sign(file *os.File, run string) {
	if file.Truncate(0) == nil {
		_, _ = file.WriteAt([]byte(run), 0)
	}
}

// mostOfHolder bounds what is read of who holds a lock: it is the id of a run.
const mostOfHolder = 100

func heldBy(file *os.File) error {
	holder, err := io.ReadAll(io.LimitReader(file, mostOfHolder))
	if err != nil || len(holder) == 0 {
		return errors.New("another run holds it; wait until it has ended")
	}
	return fmt.Errorf("run %s holds it; wait until it has ended", strings.TrimSpace(string(holder)))
}
