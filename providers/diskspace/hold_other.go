//go:build !linux

package diskspace

import (
	"errors"
	"os"
)

// Read returns errors.ErrUnsupported.
func Read(string) (Space, error) { return Space{}, errors.ErrUnsupported }

// Hold returns errors.ErrUnsupported.
func Hold(string, int64) (*os.File, error) { return nil, errors.ErrUnsupported }

// OpenDir returns errors.ErrUnsupported.
func OpenDir(string, string) (*os.File, error) { return nil, errors.ErrUnsupported }

// ReadFile returns errors.ErrUnsupported.
func ReadFile(*os.File) (Space, error) { return Space{}, errors.ErrUnsupported }
