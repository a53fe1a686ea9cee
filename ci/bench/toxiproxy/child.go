package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// way is a way to the server: direct, or through a proxy.
type way struct {
	name    string
	address string
	command func(string) error
}

// startAll starts the server and both proxies, and returns the three ways.
func startAll(settings) (ways []way, stop func(), err error) {
	var children []*child
	stop = func() {
		for _, c := range children {
			c.stop()
		}
	}
	upstream := ""
	for _, role := range []string{"server", "gameday", "toxiproxy"} {
		c, err := start(role, "127.0.0.1", upstream)
		if err != nil {
			stop()
			return nil, nil, fmt.Errorf("start %s: %w", role, err)
		}
		children = append(children, c)
		name := role
		if role == "server" {
			upstream, name = c.address, "direct"
		}
		ways = append(ways, way{name: name, address: c.address, command: c.tell})
	}
	return ways, stop, nil
}

// child is a process of this program in another role.
type child struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
	address string
	end     func() // what has it end
}

func start(role, host, upstream string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(self, "-role", role, "-host", host, "-upstream", upstream)}
	c.end = func() { _ = c.in.Close() }
	c.cmd.Stderr = os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewScanner(out)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.address, err = c.read()
	return c, err
}

// tell gives a command and waits until it is done.
func (c *child) tell(command string) error {
	if _, err := fmt.Fprintln(c.in, command); err != nil {
		return err
	}
	_, err := c.read()
	return err
}

func (c *child) read() (string, error) {
	if !c.out.Scan() {
		return "", fmt.Errorf("the child ended: %w", c.out.Err())
	}
	return strings.TrimSpace(c.out.Text()), nil
}

func (c *child) stop() {
	c.end()
	_ = c.cmd.Wait()
}
