package supervisor

import (
	"errors"
	"os"
	"path/filepath"
)

// RemoveSocket removes a supervisor's socket, and its folder, which was made for
// it alone. That there is none is no error.
func RemoveSocket(path string) error {
	for _, gone := range []string{path, filepath.Dir(path)} {
		if err := os.Remove(gone); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
