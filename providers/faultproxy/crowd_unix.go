//go:build unix

package faultproxy

import (
	"math"

	"golang.org/x/sys/unix"
)

// descriptorLimit is how many file descriptors the process may have; 0: unknown.
func descriptorLimit() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), math.MaxInt32)) //nolint:unconvert // it is signed on some systems
}
