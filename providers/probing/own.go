package probing

import (
	"errors"
	"slices"
	"syscall"
)

// Own reports whether a request failed for want of something on this side, before it could reach its target: local ports, file
// descriptors, memory. It says nothing of the target.
func Own(err error) bool {
	return slices.ContainsFunc([]error{
		syscall.EADDRNOTAVAIL, syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM,
	}, func(own error) bool { return errors.Is(err, own) })
}
