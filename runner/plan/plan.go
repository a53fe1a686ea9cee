// Package plan holds the plan: what a run would do, as data. Building one
// reads and never changes. A plan is shown, saved, compared, and applied exactly
// or refused.
package plan

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
)

// FormatVersion is that of the plan's JSON.
const FormatVersion = 1

// Plan is what a run would do. Nothing in it depends on the clock or on chance:
// the same configuration, variables and targets give the same bytes.
type Plan struct {
	Format       int           `json:"format_version"`
	Gameday      string        `json:"gameday_version"`
	Dir          string        `json:"dir"` // as given, slash-separated
	Seed         int64         `json:"seed"`
	Targeted     []string      `json:"targeted,omitempty"` // -target addresses
	Files        []File        `json:"files"`
	Variables    []Variable    `json:"variables"`
	Providers    []Provider    `json:"providers"`
	Environments []Environment `json:"environments"`
	Experiments  []Experiment  `json:"experiments"` // in the order of their run
	Suites       []Suite       `json:"suites"`
	Findings     []Finding     `json:"findings"`
	Summary      Summary       `json:"summary"`
}

// File is a file that the configuration was read from, or of which it has asked
// whether it is there.
type File struct {
	Name    string `json:"name"`              // relative to Dir, slash-separated
	SHA256  string `json:"sha256"`            // empty for one that was not read
	Missing bool   `json:"missing,omitempty"` // it was not there
}

// Variable is a variable of the root module as the plan was made with it, or one
// of another module that took its value from the environment.
type Variable struct {
	Name      string `json:"name"`            // of another module's, the address: "module.a.var.b"
	Value     string `json:"value,omitempty"` // JSON by cty's encoding, with its type; empty for sensitive ones
	Type      string `json:"type,omitempty"`  // cty type as JSON
	Sensitive bool   `json:"sensitive,omitempty"`
	Digest    string `json:"digest,omitempty"` // of a sensitive value, salted and slow: compared at apply, never reversed
}

// Provider is a provider that the plan relies on.
type Provider struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Environment is an environment that the run would bring up.
type Environment struct {
	Address string `json:"address"`
	Type    string `json:"type"`
	providers.EnvironmentPlan
	Source event.Source `json:"source"`
}

// Experiment is an experiment that would run.
type Experiment struct {
	Address     string            `json:"address"`
	Description string            `json:"description,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Weight      float64           `json:"weight"`
	Environment string            `json:"environment,omitempty"`
	DependsOn   []string          `json:"depends_on,omitempty"`
	Phases      []Phase           `json:"phases"`
	Expected    float64           `json:"expected_seconds"` // along the critical path
	Longest     float64           `json:"longest_seconds"`  // with every time-out used, beside what injecting and reverting take
	Loads       []Series          `json:"loads,omitempty"`
	Probes      []Series          `json:"probes"`
	Assertions  []Assertion       `json:"assertions"`
	Stops       []Assertion       `json:"stop_conditions,omitempty"`
	Faults      []Fault           `json:"faults"` // in the order of their injection
	Rollback    []Action          `json:"rollback,omitempty"`
	Source      event.Source      `json:"source"`
}

// Phase is a phase and how long it is expected to take.
type Phase struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"expected_seconds"`
}

// Series is a probe or a load.
type Series struct {
	Address  string       `json:"address"` // local: "probe.checkout"
	Type     string       `json:"type"`
	Summary  string       `json:"summary,omitempty"` // what it does, as far as it is known: "GET http://shop/healthz"
	Interval float64      `json:"interval_seconds,omitempty"`
	Timeout  float64      `json:"timeout_seconds"`
	From     string       `json:"from,omitempty"` // "cluster": it runs inside; empty where gameday runs
	Source   event.Source `json:"source"`
}

// Assertion is an assertion or a stop condition.
type Assertion struct {
	Address    string       `json:"address"` // local: "assert.available"
	Condition  string       `json:"condition"`
	Phases     []string     `json:"phases,omitempty"`
	Window     float64      `json:"window_seconds,omitempty"`
	MinSamples int          `json:"min_samples"`
	Source     event.Source `json:"source"`
}

// Fault is a fault that would be injected.
type Fault struct {
	Address   string   `json:"address"` // local: "fault.payments"
	Type      string   `json:"type"`
	Start     float64  `json:"start_seconds"` // after the fault phase begins, along the critical path
	Delay     float64  `json:"delay_seconds,omitempty"`
	Duration  float64  `json:"duration_seconds"`
	Seed      int64    `json:"seed"`
	DependsOn []string `json:"depends_on,omitempty"`
	providers.FaultPlan
	Source event.Source `json:"source"`
}

// Action is a rollback action.
type Action struct {
	Address string       `json:"address"`
	Type    string       `json:"type"`
	Summary string       `json:"summary,omitempty"` // as that of a Series
	Source  event.Source `json:"source"`
}

// Suite is a suite and its gate.
type Suite struct {
	Address         string       `json:"address"`
	Experiments     []string     `json:"experiments"`
	HasGate         bool         `json:"has_gate"`
	MinScore        float64      `json:"min_score"`
	MaxInconclusive int          `json:"max_inconclusive"`
	Source          event.Source `json:"source"`
}

// Finding is something that the plan found: a broken policy, a missing
// permission, a warning of a provider, an assertion that cannot be judged.
type Finding struct {
	Severity string       `json:"severity"` // "error" refuses the apply, "warning" does not
	Kind     string       `json:"kind"`     // "policy", "permission", "provider", "samples"
	Subject  string       `json:"subject"`  // address
	Summary  string       `json:"summary"`
	Detail   string       `json:"detail,omitempty"`
	Source   event.Source `json:"source"`
}

// Summary is the plan in numbers.
type Summary struct {
	Experiments  int     `json:"experiments"`
	Faults       int     `json:"faults"`
	Targets      int     `json:"targets"`
	Environments int     `json:"environments"`
	Errors       int     `json:"errors"`
	Warnings     int     `json:"warnings"`
	Seconds      float64 `json:"expected_seconds"` // of the whole run, one experiment after the other
}
