package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// pod is a network namespace with a server in it, joined to that of the clients
// by a pair of virtual Ethernet devices, as a pod is to its node.
type pod struct {
	namespace int    // a file descriptor
	address   string // as the clients see it
}

// newPod makes the n-th pod, 10.88.n.2. It is gone with this process.
func newPod(n int) (pod, error) {
	p := pod{address: fmt.Sprintf("10.88.%d.2", n)}
	err := onThread(func() (err error) {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("make a network namespace: %w", err)
		}
		p.namespace, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return pod{}, err
	}
	here := fmt.Sprintf("pod%d", n)
	veth := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: here}, PeerName: "eth0", PeerNamespace: netlink.NsFd(p.namespace)}
	if err := netlink.LinkAdd(veth); err != nil {
		return pod{}, fmt.Errorf("join a pod: %w", err)
	}
	if err := configure(here, fmt.Sprintf("10.88.%d.1/24", n)); err != nil {
		return pod{}, err
	}
	return p, p.inside(func() error {
		if err := configure("lo", ""); err != nil {
			return err
		}
		return configure("eth0", p.address+"/24")
	})
}

// configure gives a device its address, if any, and sets it up.
func configure(device, address string) error {
	link, err := netlink.LinkByName(device)
	if err != nil {
		return fmt.Errorf("find %s: %w", device, err)
	}
	if address != "" {
		parsed, err := netlink.ParseAddr(address)
		if err != nil {
			return err
		}
		if err := netlink.AddrAdd(link, parsed); err != nil {
			return fmt.Errorf("give %s its address: %w", device, err)
		}
	}
	return netlink.LinkSetUp(link)
}

// inside runs a function in the pod's namespace; processes that it starts stay there.
func (p pod) inside(do func() error) error {
	return onThread(func() error {
		if err := unix.Setns(p.namespace, unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("enter a pod: %w", err)
		}
		return do()
	})
}

// start starts a child in the pod, at the address that clients know.
func (p pod) start(role, upstream string) (*child, error) {
	var c *child
	err := p.inside(func() (err error) {
		c, err = start(role, p.address, upstream)
		return err
	})
	return c, err
}

// onThread runs a function on a thread that ends with it, so that nobody else gets into
// its namespace by accident.
func onThread(do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		done <- do()
	}()
	return <-done
}

// again runs this program once more in a network namespace of its own.
func again(args []string) error {
	runtime.LockOSThread() // or the end of the thread would be that of its child
	defer runtime.UnlockOSThread()
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("measure in a network namespace of its own, as root: %w", err)
	}
	return nil
}
