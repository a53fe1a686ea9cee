package stress

import (
	"errors"
	"syscall"
)

// Exit codes by which a worker says why it gave up.
const (
	exitFailed  = 1
	exitReserve = 3 // the reserve would have been touched
	exitSpace   = 4 // the filesystem has no space for the file
)

// ErrReserve says that less would be left than has to.
var ErrReserve = errors.New("the reserve would be touched")

// ErrSpace says that a filesystem is full.
var ErrSpace = errors.New("the filesystem has no space for it")

// exitCode is how a worker says what went wrong.
func exitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrReserve):
		return exitReserve
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return exitSpace
	default:
		return exitFailed
	}
}

// Explain is ErrReserve or ErrSpace if that is what an exit code of a worker
// means, and nil otherwise.
func Explain(code int) error {
	switch code {
	case exitReserve:
		return ErrReserve
	case exitSpace:
		return ErrSpace
	default:
		return nil
	}
}

// mebi is a number of bytes in MiB, for people.
func mebi(bytes int64) float64 { return float64(bytes) / (1 << 20) }
