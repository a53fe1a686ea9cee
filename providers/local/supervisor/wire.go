package supervisor

import (
	"time"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// Protocol is the version of what is spoken over the socket. Both sides send
// theirs with every message, and neither goes on when they differ.
const Protocol = 1

// protocolHeader carries the version of the protocol.
const protocolHeader = "Gameday-Protocol"

// Hello is what the supervisor says once it listens.
type Hello struct {
	Protocol int    `json:"protocol"`
	PID      int    `json:"pid"`
	Error    string `json:"error,omitempty"` // why it could not start
}

// RestartPolicy says when a process that ended by itself is started again.
type RestartPolicy string

// The restart policies.
const (
	RestartNever     RestartPolicy = "never"
	RestartAlways    RestartPolicy = "always"
	RestartOnFailure RestartPolicy = "on_failure" // exit code not 0, or ended by a signal
)

// ProcessSpec describes a process of the environment.
type ProcessSpec struct {
	Name        string        `json:"name"`
	Path        string        `json:"path"` // absolute, of the executable
	Args        []string      `json:"args"` // with the name as written first
	Env         []string      `json:"env"`  // NAME=value, without the marks
	Dir         string        `json:"dir"`  // absolute
	Log         string        `json:"log"`  // absolute; appended to
	Ready       ReadySpec     `json:"ready"`
	Restart     RestartPolicy `json:"restart"`
	StopSignal  int           `json:"stop_signal"`
	StopTimeout time.Duration `json:"stop_timeout"` // until SIGKILL
	DependsOn   []string      `json:"depends_on,omitempty"`
}

// ReadySpec says how it is known that a process is ready. At most one of HTTP,
// TCP, Log and Exec is set; none means ready as soon as it runs.
type ReadySpec struct {
	HTTP     string        `json:"http,omitempty"` // URL that answers 2xx or 3xx
	TCP      string        `json:"tcp,omitempty"`  // address that accepts
	Log      string        `json:"log,omitempty"`  // regular expression that a line matches
	Exec     []string      `json:"exec,omitempty"` // command that exits with 0; its path absolute
	Interval time.Duration `json:"interval"`
	Timeout  time.Duration `json:"timeout"`
}

// ProcessStatus is a process as the supervisor knows it.
type ProcessStatus struct {
	Name     string          `json:"name"`
	Identity procfs.Identity `json:"identity"` // of the newest start; zero before the first
	Running  bool            `json:"running"`
	Ready    bool            `json:"ready"`
	Restarts int             `json:"restarts"` // starts after the first
	Exit     string          `json:"exit,omitempty"`
	Log      string          `json:"log"`
}

// LinkSpec describes a hop of TCP.
type LinkSpec struct {
	Name   string `json:"name"`
	Listen string `json:"listen"` // host:port
	To     string `json:"to"`     // host:port
}

// Status is all that a supervisor owns. Slices are sorted by name.
type Status struct {
	Run         string          `json:"run"`
	Environment string          `json:"environment"`
	PID         int             `json:"pid"`
	Ending      bool            `json:"ending"`
	Processes   []ProcessStatus `json:"processes"`
	Links       []LinkStatus    `json:"links"`
	Faults      []FaultStatus   `json:"faults"`
}

// Process finds a process by name.
func (s Status) Process(name string) (ProcessStatus, bool) {
	for _, p := range s.Processes {
		if p.Name == name {
			return p, true
		}
	}
	return ProcessStatus{}, false
}

// LinkStatus is a link as the supervisor knows it.
type LinkStatus struct {
	LinkSpec
	Address string `json:"address"` // where it listens
}

// Phase is how far a fault has come.
type Phase string

// The phases of a fault.
const (
	PhaseNone      Phase = "none"      // never asked for
	PhaseInjecting Phase = "injecting" // under way, or failed half way
	PhaseInjected  Phase = "injected"
	PhaseReverted  Phase = "reverted"
)
