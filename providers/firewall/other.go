//go:build !linux

package firewall

import (
	"context"
	"errors"
	"net/netip"
)

// Table is an installed fault. There is none but on Linux.
type Table struct{}

// Install returns errors.ErrUnsupported.
func Install(Spec) (*Table, error) { return nil, errors.ErrUnsupported }

// Update returns errors.ErrUnsupported.
func (*Table) Update([]netip.Prefix) error { return errors.ErrUnsupported }

// Counters returns errors.ErrUnsupported.
func (*Table) Counters() (Counters, error) { return Counters{}, errors.ErrUnsupported }

// Disarm returns errors.ErrUnsupported.
func (*Table) Disarm() error { return errors.ErrUnsupported }

// Disarm returns errors.ErrUnsupported.
func Disarm(string) error { return errors.ErrUnsupported }

// Retire returns errors.ErrUnsupported.
func (*Table) Retire() error { return errors.ErrUnsupported }

// Settle returns errors.ErrUnsupported.
func (*Table) Settle() error { return errors.ErrUnsupported }

// Tidy returns errors.ErrUnsupported.
func Tidy() error { return errors.ErrUnsupported }

// Rivals returns errors.ErrUnsupported.
func Rivals(string, Scope) ([]string, error) { return nil, errors.ErrUnsupported }

// Diverters returns errors.ErrUnsupported.
func Diverters() ([]string, error) { return nil, errors.ErrUnsupported }

// Lift returns errors.ErrUnsupported.
func (*Table) Lift() error { return errors.ErrUnsupported }

// Lift returns errors.ErrUnsupported.
func Lift(string) error { return errors.ErrUnsupported }

// Forget returns errors.ErrUnsupported.
func Forget(context.Context, []netip.Prefix, uint16, uint16) error { return errors.ErrUnsupported }

// Sweep returns errors.ErrUnsupported.
func Sweep() ([]string, error) { return nil, errors.ErrUnsupported }

// Queues returns errors.ErrUnsupported.
func Queues() ([]uint16, error) { return nil, errors.ErrUnsupported }

// List returns errors.ErrUnsupported.
func List() ([]Info, error) { return nil, errors.ErrUnsupported }
