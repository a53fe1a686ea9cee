package providers

import (
	"context"
	"encoding/json"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/schema"
)

// MostDown is how long an environment may take to end. One that takes longer is said to be left behind.
const MostDown = time.Minute

// An Environment is a place where experiments run: processes on this machine,
// a kind cluster, an existing cluster.
type Environment interface {
	Type

	// Plan reads what bringing the environment up would do.
	Plan(ctx context.Context, req EnvironmentPlanRequest) (EnvironmentPlan, Diagnostics)

	// Prepare makes the handle by which Down works, without any side effect
	// that would outlive a crash. The engine stores it durably before Up.
	Prepare(ctx context.Context, req EnvironmentPrepareRequest) (EnvironmentHandle, Diagnostics)

	// Up brings the environment up and returns its outputs, wholly known.
	// On error or when ctx ends, Down undoes what was reached.
	Up(ctx context.Context, req UpRequest) (EnvironmentState, Diagnostics)

	// Down ends the environment: never up, half up, already down; from a
	// fresh process; twice. It has MostDown to do so.
	Down(ctx context.Context, handle EnvironmentHandle) error

	// Leftovers says what of the environment still exists; empty after a Down
	// that worked. It looks at the world, not at memory.
	Leftovers(ctx context.Context, handle EnvironmentHandle) ([]string, error)
}

// EnvironmentPlanRequest asks what an environment would be.
type EnvironmentPlanRequest struct {
	Address string
	Config  schema.Values // may hold unknown values, "self" references among them
	Dir     string        // directory of the configuration; relative paths start here

	// Offline allows no look at anything but files: a configuration is being
	// validated, and what only the place itself can tell stays unknown.
	Offline bool
}

// EnvironmentPlan is the truth about an environment, before it is up.
type EnvironmentPlan struct {
	Summary   string    `json:"summary"`   // "3 processes, 2 links on this machine"
	Steps     []string  `json:"steps"`     // what Up will do, in order
	Undo      string    `json:"undo"`      // how it is ended, and by whom if gameday is killed
	Inventory []Target  `json:"inventory"` // everything that faults could select, sorted
	Outputs   cty.Value `json:"-"`         // the shape of the outputs; unknown where known only once up
	Labels    []Labels  `json:"labels,omitempty"`
}

// Labels are those of one target of the inventory.
type Labels struct {
	Target string            `json:"target"` // kind/name
	Labels map[string]string `json:"labels"`
}

// EnvironmentPrepareRequest asks for a handle.
type EnvironmentPrepareRequest struct {
	Run     string // run id: marks everything the environment starts
	RunDir  string // absolute folder for logs and sockets
	Address string
	Name    string
	Config  schema.Values // as Plan had it: with everything that refers to self unknown
	Dir     string        // directory of the configuration; relative paths start here

	// Lasting asks for an environment that outlives this process, and whatever it
	// is told to keep, until Down is called for it. Only types that are
	// WithLasting are asked.
	Lasting bool
}

// WithLasting is implemented by environments that can be brought up by themselves,
// and stay when gameday has ended. A second Up for the same handle finds what the
// first one made.
type WithLasting interface {
	Environment

	// Standing says in a short phrase how the environment stands: "running"; empty
	// when it is not there. It looks at the world, not at memory.
	Standing(ctx context.Context, handle EnvironmentHandle) (string, error)
}

// EnvironmentHandle is what Down needs, in any process. It holds no secrets.
type EnvironmentHandle struct {
	Run     string          `json:"run"`
	Address string          `json:"address"`
	Type    string          `json:"type"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// UpRequest asks for an environment.
type UpRequest struct {
	Handle EnvironmentHandle
	Dir    string // directory of the configuration; relative paths start here

	// Configure evaluates the environment's body. Its argument is the value of
	// "self" there: what the environment reserved before anything runs, such as
	// ports. Call it once everything that self promises is known.
	Configure func(self cty.Value) (schema.Values, Diagnostics)

	// Progress reports a step in one short phrase. It is never nil.
	Progress func(step string)

	// Lasting says that it is to outlive this process; see EnvironmentPrepareRequest.
	Lasting bool
}

// EnvironmentState is an environment as faults, probes and loads see it. While
// the environment is only planned, Handle is zero and Up is false.
type EnvironmentState struct {
	Address   string
	Type      string
	Up        bool
	Handle    EnvironmentHandle
	Inventory []Target
	Labels    []Labels
	Outputs   cty.Value // what references to the environment evaluate to
}
