package engine

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
)

// lock takes what the experiment's faults must have for themselves on this
// machine, so that two runs do not harm it at once. A lock ends with its
// process, however that dies.
func (x *experiment) lock() (unlock func(), err error) {
	var held []*flock.Flock
	unlock = func() {
		for _, l := range held {
			_ = l.Unlock() // nothing depends on it: the lock ends with the process
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

func takeLock(key, run string) (*flock.Flock, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("gameday-locks-%d", os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("locking %s: %w", key, err)
	}
	path := filepath.Join(dir, fmt.Sprintf("%x", sha256.Sum256([]byte(key)))[:16])
	l := flock.New(path)
	taken, err := l.TryLock()
	if err == nil && !taken {
		err = heldBy(path)
	}
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", key, err)
	}
	// Only to name the holder in an error: the lock itself is the kernel's.
	_ = os.WriteFile(path, []byte(run), 0o600)
	return l, nil
}

func heldBy(path string) error {
	holder, err := os.ReadFile(path)
	if err != nil || len(holder) == 0 {
		return errors.New("another run holds it; wait until it has ended")
	}
	return fmt.Errorf("run %s holds it; wait until it has ended", strings.TrimSpace(string(holder)))
}
