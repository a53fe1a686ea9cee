package procfault

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// Action is what is done to processes.
type Action string

// The actions.
const (
	Pause Action = "pause" // until the deadline
	Kill  Action = "kill"  // with Spec.Signal, once
)

// Spec says what to do to which processes.
type Spec struct {
	ID       string    `json:"id"` // fault id, by which Resume finds the pause
	Action   Action    `json:"action"`
	Select   Selection `json:"select"`
	Signal   int       `json:"signal,omitempty"` // of a kill; 0: SIGKILL
	Deadline time.Time `json:"deadline"`         // when a pause ends, by the wall clock

	// Prefix are the arguments that lead to Main in this binary, such as "agent".
	Prefix []string `json:"-"`
}

// Selection chooses processes that belong to another container. Every criterion
// that is set must hold, and at least one is: an agent that sees a whole node, or a pod
// with shareProcessNamespace, would choose everything there otherwise.
type Selection struct {
	// Pod is the UID of a pod, as it stands in /proc/PID/cgroup, outside of which nothing is
	// chosen. Empty: wherever this process sees. It is an agent's own to set, not of whoever
	// asks it.
	Pod string `json:"-"`
	// Container is a container id, as it stands in /proc/PID/cgroup. Empty: every
	// container that is visible but this process's own, the pause container among them.
	Container string `json:"container,omitempty"`
	// Name is a glob (path.Match) for the name of the command, of which the kernel
	// keeps the first 15 bytes.
	Name string `json:"name,omitempty"`
	// Cmdline is a regular expression (RE2) that is found in the arguments, joined by spaces.
	Cmdline string `json:"cmdline,omitempty"`
}

// Process is one that was chosen.
type Process struct {
	procfs.Identity

	Name string `json:"name"`
	Init bool   `json:"init"` // whether it is the first of its container, with which all others end
}

// ErrNoProcess says that no process was chosen.
var ErrNoProcess = errors.New("no process of another container matches")

// ErrUnsupported says that this system cannot do it.
var ErrUnsupported = errors.New("faults on processes need Linux")

// maxSignal is SIGRTMAX.
const maxSignal = 64

// Validate says what is wrong with the specification, before anything happens.
func (s Spec) Validate() error {
	switch {
	case s.Action != Pause && s.Action != Kill:
		return fmt.Errorf("procfault: action is %q, expected %q or %q", s.Action, Pause, Kill)
	case s.Action == Pause && s.ID == "":
		return errors.New("procfault: a pause needs an id")
	case s.Action == Pause && s.Deadline.IsZero():
		return errors.New("procfault: a pause needs a deadline")
	case s.Signal < 0 || s.Signal > maxSignal:
		return fmt.Errorf("procfault: signal is %d, expected 1 to %d, or 0 for SIGKILL", s.Signal, maxSignal)
	}
	return s.Select.validate()
}

func (s Selection) validate() error {
	if s == (Selection{}) {
		return errors.New("procfault: expected a container, a name or a cmdline to select processes by, found none")
	}
	if _, err := path.Match(s.Name, ""); err != nil {
		return fmt.Errorf("procfault: name %q: %w", s.Name, err)
	}
	if _, err := regexp.Compile(s.Cmdline); err != nil {
		return fmt.Errorf("procfault: cmdline: %w", err)
	}
	return nil
}
