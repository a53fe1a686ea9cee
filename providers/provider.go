package providers

import (
	"context"

	"github.com/gameday-dev/gameday/providers/schema"
)

// A Provider is a named, versioned set of types.
type Provider interface {
	// Metadata identifies the provider. It must not do I/O.
	Metadata() Metadata

	// Types lists everything the provider offers. It must not do I/O, and
	// must return the same types each time.
	Types() Types
}

// Metadata identifies a provider.
type Metadata struct {
	Name        string // local name, the prefix of its types: "local"
	Version     string // semantic version, without a leading v
	Description string // one sentence, for documentation
}

// Types is what a provider offers, by kind.
type Types struct {
	Environments []Environment
	Faults       []Fault
	Probes       []Probe
	Loads        []Load
	Actions      []Action
}

// Type is what every kind of type has in common.
type Type interface {
	// TypeName is the label users write: "local_process_kill", "http".
	TypeName() string

	// Schema describes the type's body. Meta-arguments (delay, duration,
	// interval, timeout, for_each, depends_on, seed, ...) belong to the language
	// and are not in it.
	Schema() *schema.Block
}

// WithConfigure is implemented by providers that accept a provider block.
type WithConfigure interface {
	ConfigSchema() *schema.Block
	Configure(ctx context.Context, config schema.Values) Diagnostics
}

// WithSummary is implemented by types whose use should be told in plans.
type WithSummary interface {
	// Summary says in one short phrase what the type does with a configuration:
	// "GET http://shop:8080/healthz". Strings that are not known yet are given
	// as their source text, sensitive ones as "(sensitive)"; whatever else is
	// not known, or sensitive, is unknown.
	Summary(config schema.Values) string
}

// WithValidate is implemented by types whose configuration needs more checking
// than its schema expresses. Validate does no I/O, tolerates unknown values, and is
// called from several goroutines at once.
type WithValidate interface {
	Validate(ctx context.Context, config schema.Values) Diagnostics
}
