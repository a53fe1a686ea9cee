//go:build linux

package supervisor

import (
	"io"
	"os"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers/local/internal/bounded"
)

// logLimits is how much of what a process prints is kept.
func logLimits() bounded.Limits { return bounded.Limits{Head: 8 << 20, Tail: 8 << 20} }

// drainPatience is how long the last words of a process may take to arrive. One that
// left its group may hold the pipe for longer.
const drainPatience = time.Second

// output takes what a process prints, over all its starts, into its log. It is used
// while the process's op is held.
type output struct {
	log     *bounded.Log
	drained chan struct{} // closed when the newest start and its heirs have closed the pipe
}

func openOutput(path string) (*output, error) {
	log, err := bounded.Open(path, logLimits())
	if err != nil {
		return nil, err
	}
	drained := make(chan struct{})
	close(drained) // nothing has been printed
	return &output{log, drained}, nil
}

// pipe is what the next start prints to. The end that is returned is for the child,
// and is closed here once the child has it.
func (o *output) pipe() (*os.File, error) {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		return nil, os.NewSyscallError("pipe2", err)
	}
	// Only this side waits in the poller; the child gets an end that blocks, as a file does.
	if err := syscall.SetNonblock(ends[0], true); err != nil {
		_, _ = syscall.Close(ends[0]), syscall.Close(ends[1]) // the error is the other one
		return nil, os.NewSyscallError("fcntl", err)
	}
	reader, writer := os.NewFile(uintptr(ends[0]), "|output"), os.NewFile(uintptr(ends[1]), "output|")
	drained := make(chan struct{})
	o.drained = drained
	go func() {
		defer close(drained)
		defer reader.Close()
		_, _ = io.Copy(o.log, reader) // the log takes everything, and the pipe ends with its writers
	}()
	return writer, nil
}

// since is what was printed after a position in the log, as far back as is looked.
func (o *output) since(position int64) []byte {
	if o == nil {
		return nil // nothing has been started
	}
	return o.log.Since(position, logWindow)
}

// drain waits for the last words of a start that has ended.
func (o *output) drain() {
	timer := time.NewTimer(drainPatience)
	defer timer.Stop()
	select {
	case <-o.drained:
	case <-timer.C:
	}
}
