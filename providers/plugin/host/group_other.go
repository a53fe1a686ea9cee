//go:build !unix

package host

import (
	"os"
	"syscall"
)

// ownGroup is of no use where Ctrl-C does not reach groups.
func ownGroup() *syscall.SysProcAttr { return nil }

// killGroup ends a process.
func killGroup(p *os.Process) { _ = p.Kill() }
