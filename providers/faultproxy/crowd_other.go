//go:build !unix

package faultproxy

import "net"

// descriptorLimit is how many file descriptors the process may have; 0: unknown.
func descriptorLimit() int { return 0 }

func setBacklog(net.Listener, int) error { return nil }
