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
