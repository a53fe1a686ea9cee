package config

import "github.com/hashicorp/hcl/v2"

// Experiment is an experiment block.
type Experiment struct {
	Name        string
	Description hcl.Expression // nil when not set
	Environment hcl.Expression // nil: no environment
	Labels      hcl.Expression
	Weight      hcl.Expression
	Seed        hcl.Expression
	DependsOn   []hcl.Traversal // experiments that run before this one
	Loads       map[string]*Load
	Steady      *SteadyState // nil is an error found by check
	Faults      map[string]*Fault
	Stops       map[string]*StopCondition
	Rollback    *Rollback // nil when not set
	DeclRange   hcl.Range
	BodyRange   hcl.Range
}

// SteadyState is a steady_state block.
type SteadyState struct {
	Baseline  hcl.Expression // duration; nil for the default
	Probes    map[string]*Probe
	Asserts   map[string]*Assert
	Recovery  *Recovery // nil for the defaults
	DeclRange hcl.Range
}

// Recovery is a recovery block.
type Recovery struct {
	Within    hcl.Expression
	Hold      hcl.Expression
	DeclRange hcl.Range
}

// Probe is a probe block.
type Probe struct {
	Type      string
	Name      string
	Interval  hcl.Expression // nil for the default
	Timeout   hcl.Expression
	From      hcl.Expression // nil: where gameday runs
	ForEach   hcl.Expression
	Body      hcl.Body
	DeclRange hcl.Range
	TypeRange hcl.Range
}

// Load is a load block.
type Load struct {
	Type      string
	Name      string
	Timeout   hcl.Expression
	From      hcl.Expression // nil: where gameday runs
	ForEach   hcl.Expression
	Body      hcl.Body
	DeclRange hcl.Range
	TypeRange hcl.Range
}

// Assert is an assert block.
type Assert struct {
	Name         string
	Condition    hcl.Expression
	ErrorMessage hcl.Expression // nil for a generated one
	Phases       hcl.Expression // nil: baseline, fault and recovery
	Window       hcl.Expression // nil: the whole phase
	MinSamples   hcl.Expression // nil: 10
	DeclRange    hcl.Range
}

// Fault is a fault block.
type Fault struct {
	Type      string
	Name      string
	Delay     hcl.Expression
	Duration  hcl.Expression
	Seed      hcl.Expression
	ForEach   hcl.Expression
	DependsOn []hcl.Traversal
	Body      hcl.Body
	DeclRange hcl.Range
	TypeRange hcl.Range
}

// StopCondition is a stop_condition block.
type StopCondition struct {
	Name         string
	Condition    hcl.Expression
	ErrorMessage hcl.Expression
	Window       hcl.Expression
	MinSamples   hcl.Expression
	DeclRange    hcl.Range
}

// Rollback is a rollback block.
type Rollback struct {
	Timeout   hcl.Expression
	Actions   []*Action // in the order written
	DeclRange hcl.Range
}

// Action is an action block.
type Action struct {
	Type      string
	Name      string
	Timeout   hcl.Expression
	Body      hcl.Body
	DeclRange hcl.Range
	TypeRange hcl.Range
}
