//go:build !linux

package supervisor

import (
	"fmt"
	"io"
)

// Main says why there is no agent on this system.
func Main(_ []string, stderr io.Writer) int {
	fmt.Fprintln(stderr, "gameday-agent:", ErrUnsupported)
	return 1
}

// ReadFilesystem returns ErrUnsupported.
func ReadFilesystem(string) (Filesystem, error) { return Filesystem{}, ErrUnsupported }

// DiskLeft returns ErrUnsupported.
func DiskLeft(string, int64, int64) error { return ErrUnsupported }

// FilledBytes is 0: there are no workers.
func FilledBytes(int) int64 { return 0 }
