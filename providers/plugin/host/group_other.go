//go:build !unix

package host

import "syscall"

// ownGroup is of no use where Ctrl-C does not reach groups.
func ownGroup() *syscall.SysProcAttr { return nil }
