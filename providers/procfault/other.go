//go:build !linux

package procfault

import (
	"context"
	"fmt"
	"io"
)

// Role is the agent's role in which it traces processes.
const Role = "trace"

// Running is a fault in place.
type Running struct{}

// Main says why there is none.
func Main(_ []string, stderr io.Writer) int {
	fmt.Fprintln(stderr, "gameday-agent:", ErrUnsupported)
	return 1
}

// Processes returns ErrUnsupported.
func (Selection) Processes() ([]Process, error) { return nil, ErrUnsupported }

// Start returns ErrUnsupported.
func Start(context.Context, Spec) (*Running, error) { return nil, ErrUnsupported }

// Resume returns ErrUnsupported.
func Resume(string) (int, error) { return 0, ErrUnsupported }

// Stats are empty.
func (*Running) Stats() Stats { return Stats{} }

// Done is nil.
func (*Running) Done() <-chan struct{} { return nil }

// Err is nil.
func (*Running) Err() error { return nil }

// Close does nothing.
func (*Running) Close() error { return nil }
