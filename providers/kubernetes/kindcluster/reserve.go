package kindcluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/gameday-dev/gameday/internal/privatedir"
)

// ErrTaken says that a cluster of that name is somebody else's.
var ErrTaken = errors.New("somebody else is making a kind cluster of that name, or has just made it")

// Reserve keeps other gamedays of this user from making a cluster of that name on this machine, until release is called
// or the process ends, however it dies. Nodes say whose cluster they are by its name alone: of two that make it at once,
// the one that fails would take the other's nodes away with its own.
func Reserve(name string) (release func(), err error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("gameday-kind-%d", os.Getuid()))
	if err := privatedir.Make(dir); err != nil {
		return nil, fmt.Errorf("reserve the name of the kind cluster %q: %w", name, err)
	}
	lock := flock.New(filepath.Join(dir, name+".lock"))
	taken, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("reserve the name of the kind cluster %q: %w", name, err)
	case !taken:
		return nil, ErrTaken
	}
	return func() { _ = lock.Unlock() }, nil // nothing depends on it: the lock ends with the process
}
