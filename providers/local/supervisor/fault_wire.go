package supervisor

import (
	"time"

	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// FaultKind is what a fault does.
type FaultKind string

// The kinds of faults.
const (
	FaultKill    FaultKind = "kill"    // a signal to processes, started again by the revert
	FaultPause   FaultKind = "pause"   // SIGSTOP, SIGCONT by the revert
	FaultRestart FaultKind = "restart" // stop and start
	FaultLink    FaultKind = "link"    // a rule of the fault proxy on links
	FaultStress  FaultKind = "stress"  // workers that use something up
)

// FaultSpec asks for a fault. The ID is its owned handle: the same ID twice is
// one injection, and an ID once reverted is never injected again.
type FaultSpec struct {
	ID       string    `json:"id"`
	Name     string    `json:"name,omitempty"` // what people call it: its address
	Kind     FaultKind `json:"kind"`
	Deadline time.Time `json:"deadline"` // reverted then, whoever is alive

	Processes   []ProcessTarget  `json:"processes,omitempty"`    // for kill, pause and restart
	Links       []string         `json:"links,omitempty"`        // for link
	Rule        *faultproxy.Rule `json:"rule,omitempty"`         // for link; its id and deadline are the fault's
	Signal      int              `json:"signal,omitempty"`       // for kill
	GracePeriod time.Duration    `json:"grace_period,omitempty"` // for restart
	CPU         *CPUStress       `json:"cpu,omitempty"`          // for stress, one of these three
	Memory      *MemoryStress    `json:"memory,omitempty"`
	Disk        *DiskFill        `json:"disk,omitempty"`
}

// CPUStress asks for processor time to be used up.
type CPUStress struct {
	Workers int     `json:"workers"` // processes, each of which can keep one processor busy
	Load    float64 `json:"load"`    // percent of a processor that each uses
}

// MemoryStress asks for memory to be held.
type MemoryStress struct {
	Bytes   int64         `json:"bytes"`
	Ramp    time.Duration `json:"ramp"`    // until all of it is held
	Reserve int64         `json:"reserve"` // bytes that stay available to others
}

// DiskFill asks for a file that takes space and has no name.
type DiskFill struct {
	Dir     string `json:"dir"` // absolute, on the filesystem to fill
	Bytes   int64  `json:"bytes"`
	Reserve int64  `json:"reserve"` // bytes that stay available to others
}

// ProcessTarget is a process, and which start of it is meant.
type ProcessTarget struct {
	Name     string          `json:"name"`
	Identity procfs.Identity `json:"identity"`
}

// FaultStatus is a fault as the supervisor knows it.
type FaultStatus struct {
	ID      string        `json:"id"`
	Kind    FaultKind     `json:"kind,omitempty"`
	Phase   Phase         `json:"phase"`
	Reason  string        `json:"reason,omitempty"`  // why it was reverted: "asked", "deadline", "ending"
	Error   string        `json:"error,omitempty"`   // of the last injection or revert that failed
	Ended   []Ended       `json:"ended,omitempty"`   // for kill and restart
	Rules   []RuleInForce `json:"rules,omitempty"`   // for link
	Workers int           `json:"workers,omitempty"` // for stress: those that run
}

// Open reports whether the fault was begun and is not reverted.
func (s FaultStatus) Open() bool { return s.Phase == PhaseInjecting || s.Phase == PhaseInjected }

// RuleInForce is a fault's rule on a link, with what it touched so far.
type RuleInForce struct {
	Link  string           `json:"link"`
	Stats faultproxy.Stats `json:"stats"`
}

// Ended says what became of a process that got a fault's signal.
type Ended struct {
	Name   string          `json:"name"`
	Before procfs.Identity `json:"before"`
	After  procfs.Identity `json:"after"` // equal to Before while it has no successor
	Down   time.Duration   `json:"down"`  // from the signal until ready again, or until now
	Exit   string          `json:"exit,omitempty"`
}
