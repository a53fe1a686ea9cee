//go:build !linux

package stress

import (
	"context"
	"io"
)

// Running is a stress in place.
type Running struct{}

// Start returns ErrUnsupported.
func Start(context.Context, Spec) (*Running, error) { return nil, ErrUnsupported }

// Stats are empty.
func (*Running) Stats() Stats { return Stats{} }

// Done is never closed.
func (*Running) Done() <-chan struct{} { return nil }

// Err is nil.
func (*Running) Err() error { return nil }

// Close does nothing.
func (*Running) Close() error { return nil }

// Main knows no role.
func Main([]string, io.Writer) (code int, known bool) { return 0, false }

// MemoryLeft returns ErrUnsupported.
func MemoryLeft(int64, int64) error { return ErrUnsupported }

// DiskLeft returns ErrUnsupported.
func DiskLeft(string, int64, int64) error { return ErrUnsupported }

// HeldBytes is 0: there are no workers.
func HeldBytes(int) int64 { return 0 }

// FilledBytes is 0: there are no workers.
func FilledBytes(int) int64 { return 0 }
