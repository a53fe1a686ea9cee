// Package resolve turns a static configuration into what will run: variables
// and locals evaluated, modules and for_each expanded, types looked up, bodies
// decoded, every reference checked. The same code serves validate (unknown
// variables), plan (unknown environments) and apply (all known), so what was
// checked is what runs.
package resolve

import (
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/secret"
	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/config"
)

// Inputs is what a configuration is resolved with.
type Inputs struct {
	// Variables are the root module's given values; missing required ones are
	// an error unless AllowMissing, then they are unknown.
	Variables    map[string]Given
	AllowMissing bool

	// Offline keeps environments from being looked at, for who needs nothing but
	// what the configuration says of them: what they would tell stays unknown.
	Offline bool

	// Environments holds the outputs of environments that are up, by address.
	// The others are unknown, of the shape that Environment.Plan promises.
	Environments map[string]cty.Value

	// Run is the value of `run` (an object with id and dir); unknown when Run
	// is cty.NilVal.
	Run cty.Value

	// Secrets takes the texts of sensitive values, so that those of several resolutions
	// come together; nil for a collection of the result's own.
	Secrets *secret.Collection
}

// Given is a variable's value from outside the configuration.
type Given struct {
	Value cty.Value // strings from the command line and the environment stay raw: see Raw
	Raw   string    // text to be parsed by the variable's type, when Value is cty.NilVal
	From  string    // "-var", "GAMEDAY_VAR_x", "prod.vars.hcl:3": for messages
	Range *hcl.Range
}

// Resolved is a configuration ready to be planned, or run. Slices are sorted by
// address, except that faults are in the order of their injection.
type Resolved struct {
	Config       *config.Config
	Variables    map[string]cty.Value // with marks: those of the root module by name, and those of other modules whose defaults have read the environment by address, "module.a.var.b"
	Environments []*Environment
	Experiments  []*Experiment // in an order that respects depends_on
	Suites       []*Suite
	Policy       Policy
	Seed         int64 // of the run, derived from its experiments' addresses
	Providers    []*Provider
	secrets      *secrets
}

// Provider is a provider block of the root module.
type Provider struct {
	Name     string
	Provider providers.Provider
	Body     Body
	Range    hcl.Range
}

// Environment is an environment of one module instance.
type Environment struct {
	Addr   addr.Object
	Config *config.Environment
	Type   providers.Environment
	Body   Body // evaluated again with "self" when it is brought up
	Dir    string
	Plan   providers.EnvironmentPlan // as its provider planned it
}

// Experiment is an experiment of one module instance, everything evaluated
// that can be before it runs.
type Experiment struct {
	Addr        addr.Object
	Config      *config.Experiment
	Dir         string
	Description string
	Labels      map[string]string
	Weight      float64
	Environment string        // address; empty for none
	DependsOn   []string      // addresses of experiments
	Baseline    time.Duration // 0: none is measured
	Recovery    Recovery
	Loads       []*Load
	Probes      []*Probe
	Asserts     []*Assert
	Faults      []*Fault
	Stops       []*Stop
	Rollback    Rollback
}

// Recovery says how soon the experiment must be steady after the last revert,
// and for how long.
type Recovery struct{ Within, Hold time.Duration }

// Probe is a probe, once for each of its for_each instances.
type Probe struct {
	Addr     addr.Part
	Type     providers.Probe
	Interval time.Duration
	Timeout  time.Duration
	From     string // "cluster"; empty where gameday runs
	Body     Body
	Range    hcl.Range
}

// Load is a load, once for each of its for_each instances.
type Load struct {
	Addr    addr.Part
	Type    providers.Load
	Timeout time.Duration
	From    string // as that of a probe
	Body    Body
	Range   hcl.Range
}

// Fault is a fault, once for each of its for_each instances.
type Fault struct {
	Addr      addr.Part
	Type      providers.Fault
	Delay     time.Duration
	Duration  time.Duration
	Seed      int64
	DependsOn []string // local addresses of faults that must be active before: "fault.a"
	Body      Body
	Range     hcl.Range
}

// Phase is a phase in which assertions are judged.
type Phase string

// The phases, in order.
const (
	PhaseBaseline Phase = "baseline"
	PhaseFault    Phase = "fault"
	PhaseRecovery Phase = "recovery"
)

// Assert is an assertion.
type Assert struct {
	Addr       addr.Part
	Condition  Condition
	Phases     []Phase
	Window     time.Duration // 0: the whole phase
	MinSamples int
	Range      hcl.Range
}

// Stop is a stop condition.
type Stop struct {
	Addr       addr.Part
	Condition  Condition
	Window     time.Duration
	MinSamples int
	Range      hcl.Range
}

// Rollback is what runs after every fault's own revert.
type Rollback struct {
	Timeout time.Duration
	Actions []*Action
}

// Action is a step that is run once.
type Action struct {
	Addr    addr.Part
	Type    providers.Action
	Timeout time.Duration // 0: the rollback's
	Body    Body
	Range   hcl.Range
}

// Suite is a suite of one module instance.
type Suite struct {
	Addr            addr.Object
	Description     string
	Experiments     []string // addresses, sorted
	HasGate         bool
	MinScore        float64 // weighted share of passed, 0 to 1
	MaxInconclusive int
	Range           hcl.Range
}

// Policy is all policy blocks together; the strictest wins.
type Policy struct {
	ProtectedNamespaces []string
	MaxTargetsPercent   float64   // 0 to 100; 100 when nothing is said
	MaxTargetsAt        hcl.Range // of the policy block that says so
	DenyContext         []string
	DenyContextAt       map[string]hcl.Range // of the first policy block that has a pattern
}
