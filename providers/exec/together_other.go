//go:build !linux

package exec

import "syscall"

// dieTogether does nothing: there are no parent-death signals here.
func dieTogether(*syscall.SysProcAttr) (release func()) { return func() {} }
