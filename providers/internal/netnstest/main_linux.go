package netnstest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/vishvananda/netlink"
)

// inside is set in the environment of a test binary that is in its own namespace.
const inside = "GAMEDAY_TEST_NETNS"

// Main runs the tests of a package in a network namespace that nobody else uses, and
// returns the exit code. The binary runs itself once more, since only a process
// without threads can change its namespace as a whole.
func Main(m *testing.M) int {
	if os.Getenv(inside) == "" {
		return again()
	}
	if err := loopbackUp(); err != nil {
		fmt.Fprintf(os.Stderr, "netnstest: set the loopback interface up: %v\n", err)
		return 1
	}
	return m.Run()
}

func again() int {
	cmd := exec.CommandContext(context.Background(), "/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = isolation()
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return max(exit.ExitCode(), 1)
	default:
		fmt.Fprintf(os.Stderr, "netnstest: expected to run in a new network namespace, as root or in a user namespace: %v\n", err)
		return 1
	}
}

// isolation asks for the namespaces, and that nothing outlives its parent.
func isolation() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return attr
}

func loopbackUp() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(lo)
}
