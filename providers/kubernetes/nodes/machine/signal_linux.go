//go:build linux

package machine

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// SignalMain is the agent in the role node-signal, in a privileged pod with the
// node's process ids. It returns the exit code.
func SignalMain(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet(SignalRole, flag.ContinueOnError)
	flags.SetOutput(stderr)
	container := flags.String("container", "", "the runtime's id of the container")
	signal := flags.String("signal", "", `"SIGKILL"`)
	if flags.Parse(args) != nil {
		return 2
	}
	hit, err := signalContainer("/proc", *container, unix.SignalNum(*signal))
	switch {
	case err != nil:
		fmt.Fprintf(stderr, "%s: %v\n", SignalRole, err)
		return 1
	case !hit:
		return SignalMissed
	}
	return 0
}

// signalContainer finds the first process of a container by its control group,
// whose name has the container's id in it with every runtime. Without one there is no
// hit: the container does not run any more.
func signalContainer(proc, container string, signal syscall.Signal) (hit bool, err error) {
	const shortest = 12 // of what is taken for an id, so that nothing else is met
	if len(container) < shortest || signal == 0 {
		return false, fmt.Errorf("container id %q or signal %d is not one", container, signal)
	}
	entries, err := os.ReadDir(proc)
	if err != nil {
		return false, err
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || !firstOf(filepath.Join(proc, entry.Name()), container) {
			continue
		}
		if err := syscall.Kill(pid, signal); !errors.Is(err, syscall.ESRCH) {
			return err == nil, err
		}
	}
	return false, nil
}

// firstOf reports whether a process is the first one of a container.
func firstOf(dir, container string) bool {
	groups, err := os.ReadFile(filepath.Join(dir, "cgroup"))
	if err != nil || !strings.Contains(string(groups), container) {
		return false
	}
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(status)) {
		if numbers, found := strings.CutPrefix(line, "NSpid:"); found {
			all := strings.Fields(numbers)
			return len(all) > 1 && all[len(all)-1] == "1"
		}
	}
	return false
}
