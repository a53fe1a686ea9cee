//go:build !unix

package faultproxy

// descriptorLimit is how many file descriptors the process may have; 0: unknown.
func descriptorLimit() int { return 0 }
