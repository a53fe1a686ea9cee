// Package agent knows the roles in which gameday's agent stands beside what is
// harmed. The small binary and gameday itself, which stands in for it where it is
// not installed, share them.
package agent

import (
	"io"
	"os"

	"github.com/gameday-dev/gameday/providers/kubernetes/inside/prober"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
	reaper "github.com/gameday-dev/gameday/providers/kubernetes/reaper/agent"
	resident "github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/engines"
	"github.com/gameday-dev/gameday/providers/kubernetes/volume"
	"github.com/gameday-dev/gameday/providers/kubernetes/webhook"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/procfault"
)

// role runs until its work is done and returns the exit code.
type role func(args []string, stderr io.Writer) int

// roles are those beside the supervisor's own, by name.
func roles() map[string]role {
	return map[string]role{
		machine.GuardRole:  machine.GuardMain,
		machine.HostRole:   machine.HostMain,
		machine.SignalRole: machine.SignalMain,
		volume.Role:        volume.Main,
		procfault.Role:     procfault.Main,
		prober.Role:        runProber,
		resident.AskRole:   ask,
		resident.Role:      stay,
		reaper.Role:        reaper.Main,
		webhook.Role:       webhook.Main,
	}
}

// Main runs the role that args names and returns its exit code.
func Main(args []string, stderr io.Writer) int {
	if len(args) > 0 {
		if run, known := roles()[args[0]]; known {
			return run(args[1:], stderr)
		}
	}
	return supervisor.Main(args, stderr)
}

// stay waits for faults inside a pod, or beside one.
func stay(args []string, stderr io.Writer) int {
	return resident.Main(func(pod string) map[string]resident.Engine { return engines.All(pod) }, args, stderr)
}

// ask carries one request to it.
func ask(args []string, stderr io.Writer) int {
	return resident.AskMain(args, os.Stdin, os.Stdout, stderr)
}
