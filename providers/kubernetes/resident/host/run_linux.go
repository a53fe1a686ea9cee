package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// Run executes this binary again, with its own arguments and Inside, in the pod that is
// meant, and returns its exit code. It answers requests on the listener, which stays where it was
// opened: in the network of the agent's own pod. When ctx ends it is told so by SIGTERM; it does
// not outlive this process.
//
// The namespaces of a running Go program are of its threads, each for itself. What a new
// process is executed in are those of the thread that makes it, all of it.
func Run(ctx context.Context, s Spec, listen *net.UnixListener, stderr io.Writer) (int, error) {
	requests, err := listen.File()
	if err != nil {
		return 0, err
	}
	defer requests.Close()
	ended := make(chan error, 1)
	var code int
	go func() {
		runtime.LockOSThread() // for ever: nobody else may get this thread
		var err error
		code, err = s.run(ctx, requests, stderr)
		ended <- err
	}()
	err = <-ended
	return code, err
}

func (s Spec) run(ctx context.Context, requests *os.File, stderr io.Writer) (int, error) {
	g, err := s.enter()
	defer g.remove()
	if err != nil {
		return 0, err
	}
	wait, ready, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer wait.Close()
	cmd := inside(ctx, stderr, requests, wait)
	if err := cmd.Start(); err != nil {
		return 0, errors.Join(fmt.Errorf("start the agent inside: %w", err), ready.Close())
	}
	if err = g.take(cmd.Process.Pid); err != nil {
		_ = cmd.Process.Kill() // it has done nothing yet
	}
	_ = ready.Close() // it waits no more
	return ending(cmd, err)
}

// ending waits for the agent inside. That it was told to end is no failure of it.
func ending(cmd *exec.Cmd, failed error) (int, error) {
	err := cmd.Wait()
	switch state := cmd.ProcessState; {
	case failed != nil:
		return 0, failed
	case state == nil:
		return 0, err
	case !state.Exited():
		return 0, fmt.Errorf("the agent inside the pod was ended: %s", state)
	default:
		return state.ExitCode(), nil
	}
}

func inside(ctx context.Context, stderr io.Writer, files ...*os.File) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", append(os.Args[1:len(os.Args):len(os.Args)], Inside)...)
	cmd.Args[0] = worker.Name
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stderr, cmd.ExtraFiles = stderr, files
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// enter takes the calling thread to what the agent shares with the pod.
func (s Spec) enter() (g group, err error) {
	node, err := procfs.Read(s.nodeProcess())
	if err != nil {
		return g, err
	}
	// Paths of control groups are as the node has them from here on.
	if err := enter(node, "cgroup", unix.CLONE_NEWCGROUP); err != nil {
		return g, err
	}
	of, err := processes(s.Pod)
	if err != nil {
		return g, err
	}
	if s.Group != "" {
		if g, err = s.group(of[0]); err != nil {
			return g, err
		}
	}
	if s.Network {
		err = errors.Join(copyNames(of, "/"), s.enterNetwork(of))
	}
	return g, err
}

func (s Spec) group(of procfs.Stat) (group, error) {
	if err := mountGroups(cgroup.DefaultRoot, cgroup.ParseMembership(groupsOf(os.Getpid()))); err != nil {
		return group{}, err
	}
	return newGroup(cgroup.DefaultRoot, s.Pod, s.Group, cgroup.ParseMembership(groupsOf(of.PID)))
}
