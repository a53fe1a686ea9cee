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
