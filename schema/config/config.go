// Package config is the static skeleton of a configuration: every block found
// and named, meta-arguments peeled off, everything that belongs to a provider
// left as an hcl.Body. Nothing is evaluated here and no provider is known.
package config

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/syntax"
)

// Config is a loaded configuration: the root module with its children.
type Config struct {
	Root    *Module
	Sources *syntax.Sources // for excerpts, and for the digests in a plan

	// Partial says that errors made parts go missing, so that references to them
	// would be reported although they are not to blame.
	Partial bool
}

// Module is one directory of configuration, merged from its files.
type Module struct {
	Path addr.ModulePath // calls on the way from the root; empty for the root
	Dir  string          // as found on disk, relative to the working directory or absolute

	Settings     []*Settings
	Variables    map[string]*Variable
	Locals       map[string]*Local
	Outputs      map[string]*Output
	Calls        map[string]*ModuleCall
	Providers    map[string]*ProviderConfig
	Environments map[string]*Environment
	Experiments  map[string]*Experiment
	Suites       map[string]*Suite
	Policies     []*Policy
}

// Settings is a gameday block.
type Settings struct {
	RequiredVersion   hcl.Expression // nil when not set
	RequiredProviders map[string]*RequiredProvider
	DeclRange         hcl.Range
}

// RequiredProvider is an entry of required_providers.
type RequiredProvider struct {
	Name      string
	Source    string // as package install has it: "builtin", a path, or NAMESPACE/NAME
	Version   string // constraint, empty for any
	Env       []string
	DeclRange hcl.Range
}

// Variable is a variable block.
type Variable struct {
	Name        string
	Description string
	Type        TypeConstraint
	Default     hcl.Expression // nil: required
	Sensitive   bool
	Nullable    bool
	Validations []*Validation
	DeclRange   hcl.Range
}

// Validation is a validation block of a variable.
type Validation struct {
	Condition    hcl.Expression
	ErrorMessage hcl.Expression
	DeclRange    hcl.Range
}

// Local is one entry of a locals block.
type Local struct {
	Name      string
	Expr      hcl.Expression
	DeclRange hcl.Range
}

// Output is an output block.
type Output struct {
	Name        string
	Description string
	Value       hcl.Expression
	Sensitive   bool
	DeclRange   hcl.Range
}

// ModuleCall is a module block together with the module that it calls.
type ModuleCall struct {
	Name      string
	Source    string
	ForEach   hcl.Expression // nil: one instance
	DependsOn []hcl.Traversal
	Inputs    hcl.Attributes
	Module    *Module // nil if its source could not be loaded
	DeclRange hcl.Range
}

// ProviderConfig is a provider block.
type ProviderConfig struct {
	Name      string
	Body      hcl.Body
	DeclRange hcl.Range
}

// Environment is an environment block.
type Environment struct {
	Type      string
	Name      string
	Body      hcl.Body
	DeclRange hcl.Range
	TypeRange hcl.Range // of the label that names the type
}

// Policy is a policy block.
type Policy struct {
	Body      hcl.Body
	DeclRange hcl.Range
}

// Suite is a suite block.
type Suite struct {
	Name        string
	Description string
	Experiments hcl.Expression // list of references; nil when select is used
	Select      hcl.Expression // nil when experiments is used
	Gate        *Gate          // nil: every experiment must pass
	DeclRange   hcl.Range
}

// Gate is a suite's gate block.
type Gate struct {
	MinScore        hcl.Expression // ratio; nil for 1
	MaxInconclusive hcl.Expression // count; nil for 0
	DeclRange       hcl.Range
}
