package exec

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// pipeGrace is how long output is waited for once the program has ended, while
// something that it started still holds its pipes.
const pipeGrace = 500 * time.Millisecond

// pipe leads the output of a program to a writer. os/exec has such pipes as well, and closes them when the time to wait
// is over: on a busy machine what the program had written was still in them.
type pipe struct {
	read, write *os.File
	to          io.Writer
	done        chan struct{} // closed when it is read no more
}

func newPipe(to io.Writer) (*pipe, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("cannot make a pipe for its output: %w", err)
	}
	return &pipe{read: read, write: write, to: to, done: make(chan struct{})}, nil
}

// follow reads until nobody can write any more, or finish ends it. The program has the other end by then.
func (p *pipe) follow() {
	_ = p.write.Close()
	go func() {
		defer close(p.done)
		_, _ = io.Copy(p.to, p.read)
	}()
}

// finish waits for who still holds the other end, and then takes what is there.
func (p *pipe) finish(until time.Time) {
	_ = p.read.SetReadDeadline(until)
	<-p.done
	_ = p.read.SetReadDeadline(time.Time{})
	p.drain()
	_ = p.read.Close()
}

// drain reads what is in the pipe and waits for nothing.
func (p *pipe) drain() {
	raw, err := p.read.SyscallConn()
	if err != nil {
		return
	}
	buffer := make([]byte, 64<<10) // what a pipe holds
	_ = raw.Read(func(fd uintptr) (done bool) {
		n, err := syscall.Read(int(fd), buffer)
		for errors.Is(err, syscall.EINTR) {
			n, err = syscall.Read(int(fd), buffer)
		}
		if n > 0 {
			_, _ = p.to.Write(buffer[:n])
		}
		return true
	})
}

// drop closes both ends of a pipe that no program got.
func (p *pipe) drop() {
	_, _ = p.read.Close(), p.write.Close()
}
