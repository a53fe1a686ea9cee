package providers

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/schema"
)

// A Fault is a type of harm that can be done to targets, proven, and undone.
//
// The engine calls Plan (any number of times), then Prepare, stores the record
// durably, and only then Inject. From Prepare on, Revert must bring the targets
// back from whatever point was reached, in any process, any number of times.
type Fault interface {
	Type

	// Plan reads, and never changes, what injecting would do. With an
	// environment that is not up it works from the environment's inventory.
	Plan(ctx context.Context, req FaultPlanRequest) (FaultPlan, Diagnostics)

	// Prepare makes a self-contained undo without any side effect. Targets are
	// those of the plan, with the UIDs they have now.
	Prepare(ctx context.Context, req PrepareRequest) (Record, Diagnostics)

	// Inject puts the fault in place and returns when it is. The same record
	// twice is one injection. When ctx ends it returns early, and whatever it
	// reached is for Revert to undo. Proof comes from Observe.
	Inject(ctx context.Context, req InjectRequest) error

	// Observe looks at the targets, never at gameday's own memory, and says
	// how much of the fault is there, with evidence of its effect.
	Observe(ctx context.Context, rec Record) (Observation, error)

	// Revert undoes the fault: never injected, half injected, already
	// reverted, the target replaced or gone; from a fresh process; twice.
	// The engine verifies with Observe afterwards.
	Revert(ctx context.Context, rec Record) error
}

// FaultPlanRequest asks what a fault would do.
type FaultPlanRequest struct {
	Address     string           // the fault's address, for messages
	Config      schema.Values    // may hold unknown values
	Environment EnvironmentState // planned (not up) or up
	Seed        int64            // for any choice among targets: same seed, same targets
	Duration    time.Duration    // how long the fault will stay
}

// FaultPlan is the truth about an injection, before it happens. It is shown to
// the user, stored in plan files, and compared at apply.
type FaultPlan struct {
	Effect      string       `json:"effect"`                // one phrase: "adds 300ms ± 50ms to every byte"
	Targets     []Target     `json:"targets"`               // exact, sorted by kind and name
	Eligible    int          `json:"eligible"`              // how many the selection could have chosen from
	Population  int          `json:"population"`            // how many of that kind the environment has, for the blast radius; 0 where that is not known
	Counted     Scope        `json:"counted,omitzero"`      // what Population is the number of; zero is taken for all that the environment has of the targets' kinds
	Dynamic     bool         `json:"dynamic,omitempty"`     // whatever matches and appears becomes a target, too: Targets are those of the beginning
	Unknown     string       `json:"unknown,omitempty"`     // why targets are not known yet, empty when they are
	Radius      []string     `json:"radius,omitempty"`      // consequences in words: "1 of 3 processes", "every connection checkout → payments"
	Undo        string       `json:"undo"`                  // how Revert undoes it
	Guard       string       `json:"guard"`                 // what ends it when gameday is killed: "supervisor, at the deadline"
	Permissions []Permission `json:"permissions,omitempty"` // what is needed, and whether it is held
	Namespaces  []string     `json:"namespaces,omitempty"`  // in which it acts beside those of its targets: of the pods that leave a node; held against the policy
	Adds        []string     `json:"adds,omitempty"`        // objects that it adds, each as YAML, without what is known only when it is injected
	Locks       []string     `json:"locks,omitempty"`       // machine-wide things that two runs must not harm at once: "machine/cpu"

	// Ends are the other ends of traffic that it is told of, beside its targets: exact, sorted by kind and name. It is
	// prepared with these and no others. AtEnds says that it acts at them as at its targets: they are a share of
	// EndsPopulation then, which policies judge.
	Ends           []Target `json:"ends,omitempty"`
	AtEnds         bool     `json:"at_ends,omitempty"`
	EndsPopulation int      `json:"ends_population,omitempty"`
}

// ActsOn are all things that the fault acts on, each once: its targets, and the ends where it acts at them.
func (p FaultPlan) ActsOn() []Target {
	if !p.AtEnds {
		return p.Targets
	}
	all := slices.Clone(p.Targets)
	for _, end := range p.Ends {
		if !slices.Contains(all, end) {
			all = append(all, end)
		}
	}
	return all
}

// A Target is one thing that a fault acts on.
type Target struct {
	Kind  string `json:"kind"`            // "process", "link", "machine", "pod"
	Name  string `json:"name"`            // unique within kind and environment
	UID   string `json:"uid,omitempty"`   // identity that a replacement does not share; empty until it exists
	Owner string `json:"owner,omitempty"` // what would replace it, if anything
}

// Scope is all things of some kinds, in some namespaces.
type Scope struct {
	Kinds      []string `json:"kinds,omitempty"`      // of targets: "deployment", "statefulset"
	Namespaces []string `json:"namespaces,omitempty"` // those before the / in the names of targets; none: wherever they are
}

// Holds reports whether a target is one of the things.
func (s Scope) Holds(t Target) bool {
	if !slices.Contains(s.Kinds, t.Kind) {
		return false
	}
	namespace, _, namespaced := strings.Cut(t.Name, "/")
	return len(s.Namespaces) == 0 || namespaced && slices.Contains(s.Namespaces, namespace)
}

// Permission is a right that a fault needs.
type Permission struct {
	Action string `json:"action"` // "send SIGSTOP to processes of this user"
	Held   bool   `json:"held"`
	Detail string `json:"detail,omitempty"` // how it was checked, or how to get it
}

// PrepareRequest asks for the undo of a fault that is about to be injected.
type PrepareRequest struct {
	ID          string // unique per injection; the owned handle of everything it adds
	Address     string
	Run         string
	Config      schema.Values // wholly known
	Environment EnvironmentState
	Plan        FaultPlan // as shown and approved, with current UIDs
	Seed        int64     // the same that Plan saw, for choices made while the fault is in place
	Deadline    time.Time // after this moment nothing may stay injected, whoever is alive
}

// Record is a self-contained undo. It is written to the journal before the
// injection, so it holds no secrets: what Inject needs beyond it comes from the
// configuration.
type Record struct {
	ID       string          `json:"id"`
	Run      string          `json:"run"`
	Address  string          `json:"address"`
	Type     string          `json:"type"`    // fault type name
	Version  int             `json:"version"` // of Undo's layout, owned by the provider
	Targets  []Target        `json:"targets"`
	Deadline time.Time       `json:"deadline"`
	Undo     json.RawMessage `json:"undo,omitempty"` // prior values and handles
}

// InjectRequest asks for an injection.
type InjectRequest struct {
	Record      Record
	Config      schema.Values // wholly known, the same that Prepare saw
	Environment EnvironmentState
}

// State says how much of a fault is in place.
type State string

// The states that Observe can find.
const (
	Absent  State = "absent"  // nothing of it is there
	Partial State = "partial" // on some targets only, or half done
	Active  State = "active"  // on every target
	Unknown State = "unknown" // the targets could not be read
)

// Observation is what a look at the targets showed.
type Observation struct {
	State    State  `json:"state"`
	Evidence []Fact `json:"evidence,omitempty"` // proof of an effect; none means in place but unproven
	Detail   string `json:"detail,omitempty"`   // for partial and unknown: which targets, and why

	// Settling says of a fault that is partial after its revert that nothing of it is
	// left to undo, and that the system is on its way back by itself: a rollout goes
	// on. Detail says what is still to come. The engine waits for it, but not for as
	// long as it takes: it gives up after a while, and takes the fault as reverted.
	Settling bool `json:"settling,omitempty"`
}

// Proven reports whether the fault is in place and has shown an effect.
func (o Observation) Proven() bool { return o.State == Active && len(o.Evidence) > 0 }

// A Fact is one piece of evidence, measured at the target.
type Fact struct {
	Name  string  `json:"name"`            // "connections_delayed", "process_state"
	Text  string  `json:"text"`            // for people: "312 connections delayed"
	Value float64 `json:"value,omitempty"` // the number, where it has one
	Unit  string  `json:"unit,omitempty"`  // "bytes", "s", "requests"
}
