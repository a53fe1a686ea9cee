package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Held is the lock on a run's journal. Who has it is alone with everything in the
// run's folder, whether the journal can be read or not.
type Held struct {
	dir  string
	lock *flock.Flock
}

// Hold takes the lock on the journal in dir, which need not be there yet. It
// returns ErrHeld while the run is alive, or somebody else undoes what it left.
func Hold(dir string) (*Held, error) {
	path := filepath.Join(dir, FileName)
	lock := flock.New(path + ".lock")
	held, err := lock.TryLock()
	if err == nil && !held {
		err = ErrHeld
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("locking the journal %s: %w", path, err), lock.Unlock())
	}
	return &Held{dir, lock}, nil
}

// Dir is the run's folder.
func (h *Held) Dir() string { return h.dir }

// Resume opens the journal to add what is done about its run now. The end of the
// journal does not let go of the lock.
func (h *Held) Resume(now func() time.Time) (*Journal, error) {
	journal, err := h.open(0, now)
	if err != nil {
		return nil, err
	}
	return journal, journal.seek()
}

// Release lets go of the lock.
func (h *Held) Release() error { return h.lock.Unlock() }

func (h *Held) open(flags int, now func() time.Time) (*Journal, error) {
	file, err := os.OpenFile(filepath.Join(h.dir, FileName), os.O_RDWR|flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	return &Journal{file: file, now: now}, nil
}

// Free returns ErrHeld while the run in dir is alive, and nil otherwise.
func Free(dir string) error {
	held, err := Hold(dir)
	if err != nil {
		return err
	}
	return held.Release()
}
