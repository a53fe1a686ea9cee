package procfault_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/procfault"
)

// TestMain is also the tracer, the processes that are harmed, and an agent.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "agent" {
		switch os.Args[2] {
		case procfault.Role:
			os.Exit(procfault.Main(os.Args[3:], os.Stderr))
		case "target":
			os.Exit(target(os.Args[3]))
		case "init":
			os.Exit(first(os.Args[3:]))
		case "inside":
			os.Exit(inside(os.Args[3]))
		case "engine":
			os.Exit(engine(os.Args[3], os.Args[4]))
		}
	}
	// The race detector lets every process wait for a second at its end.
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	goleak.VerifyTestMain(m)
}

// target counts ticks of its clock in the first 8 bytes of a file, and arrivals of
// SIGUSR1 in the next.
func target(path string) int {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return 1
	}
	usr1 := make(chan os.Signal, 16)
	signal.Notify(usr1, syscall.SIGUSR1)
	tick := time.NewTicker(time.Millisecond)
	var ticks, signals uint64
	for {
		_, err = file.WriteAt(binary.NativeEndian.AppendUint64(binary.NativeEndian.AppendUint64(nil, ticks), signals), 0)
		if err != nil {
			return 1
		}
		select {
		case <-tick.C:
			ticks++
		case <-usr1:
			signals++
		}
	}
}

// first is the first process of a PID namespace. It starts an agent that has a mount
// namespace of its own, as another container.
func first(args []string) int {
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		fmt.Println(err)
		return 1
	}
	agent := exec.Command("/proc/self/exe", "agent", "inside", args[1])
	agent.Stdout, agent.Stderr = os.Stdout, os.Stderr
	agent.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if err := agent.Start(); err != nil {
		fmt.Println(err)
		return 1
	}
	return target(args[0])
}

// inside does something to the first process, and tells how that is.
func inside(action string) int {
	r, err := procfault.Start(context.Background(), procfault.Spec{
		ID: "inside", Action: procfault.Action(action), Select: procfault.Selection{Cmdline: "agent init "},
		Deadline: time.Now().Add(3 * time.Second), Prefix: []string{"agent"},
	})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	_ = json.NewEncoder(os.Stdout).Encode(r.Stats())
	<-r.Done()
	_ = json.NewEncoder(os.Stdout).Encode(r.Stats())
	select {}
}

// engine pauses what a command line matches for an hour, and does nothing more.
func engine(id, cmdline string) int {
	_, err := procfault.Start(context.Background(), procfault.Spec{
		ID: id, Action: procfault.Pause, Select: procfault.Selection{Cmdline: cmdline}, Deadline: time.Now().Add(time.Hour), Prefix: []string{"agent"},
	})
	fmt.Println("started", err)
	select {}
}
