//go:build !linux

package packetfault

import (
	"context"
	"errors"
	"net/netip"
)

// Running is a fault that is in place. There is none but on Linux.
type Running struct{}

// Start returns errors.ErrUnsupported.
func Start(context.Context, Spec) (*Running, error) { return nil, errors.ErrUnsupported }

// Update returns errors.ErrUnsupported.
func (*Running) Update([]netip.Prefix) error { return errors.ErrUnsupported }

// Stats returns nothing.
func (*Running) Stats() Stats { return Stats{} }

// Close does nothing.
func (*Running) Close() error { return nil }
