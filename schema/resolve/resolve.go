package resolve

import (
	"context"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/config"
)

// Resolve evaluates a configuration. It reports every problem that it can find
// in one pass, in the order of their places; what depends on something broken
// is taken as unknown, so that one mistake is one message. The result holds
// what could be resolved, also when there are errors.
//
// Bodies may depend on environments that are not up; everything that decides
// the shape of a run (for_each, durations, labels) must be known, unless
// Inputs.AllowMissing says that the configuration is only being checked.
func Resolve(ctx context.Context, cfg *config.Config, set *providers.Set, in Inputs) (*Resolved, hcl.Diagnostics) {
	r := newResolver(ctx, cfg, set, in)
	given := r.givenVariables(cfg.Root)
	root := r.module(cfg.Root, nil, given, nil)
	r.settings(cfg.Root)
	r.providerBlocks(root)
	r.out.Experiments = r.orderExperiments(r.out.Experiments)
	r.suites()
	r.out.Seed = runSeed(r.out.Experiments)
	sortByAddress(r.out)
	r.diags.list = r.out.secrets.hide(r.diags.list) // not before: experiments are resolved at once, and each meets secrets
	return r.out, r.diags.sorted()
}

// resolver is one resolution. What is the same for many modules or bodies is
// made once and kept here.
type resolver struct {
	ctx     context.Context
	set     *providers.Set
	in      Inputs
	sources *sourceText
	diags   *problems
	out     *Resolved
	types   *memo[providers.TypeKey, *bodyType]
	shapes  *memo[*config.Module, *shape]
	windows *memo[string, cty.Type] // by probe type

	functionsOf *memo[*config.Module, *hcl.EvalContext]
	modules     []*module
	broken      bool // a variable, a local or a module call has no value, because of an error that was reported
}

// takesUnknown reports whether a value that must be known may be unknown: for
// want of a variable, or as the consequence of another error.
func (r *resolver) takesUnknown() bool { return r.in.AllowMissing || r.in.Offline || r.broken }

func newResolver(ctx context.Context, cfg *config.Config, set *providers.Set, in Inputs) *resolver {
	return &resolver{
		ctx: ctx, set: set, in: in,
		sources: newSourceText(cfg.Sources),
		diags:   &problems{},
		out:     &Resolved{Config: cfg, Variables: map[string]cty.Value{}, Policy: newPolicy(), secrets: newSecrets(in.Secrets)},
		types:   &memo[providers.TypeKey, *bodyType]{},
		shapes:  &memo[*config.Module, *shape]{},
		windows: &memo[string, cty.Type]{},

		functionsOf: &memo[*config.Module, *hcl.EvalContext]{},
	}
}

// runValue is what `run` evaluates to.
func (r *resolver) runValue() cty.Value {
	if r.in.Run != cty.NilVal {
		return r.in.Run
	}
	return cty.UnknownVal(cty.Object(map[string]cty.Type{"id": cty.String, "dir": cty.String}))
}

// pathValue is what `path` evaluates to in a module. The directories are
// absolute, so that a path means the same wherever it is passed to.
func (r *resolver) pathValue(dir string) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"module": cty.StringVal(dir),
		"root":   cty.StringVal(absolute(r.out.Config.Root.Dir)),
	})
}

// absolute falls back to the path as it is when there is no working directory.
func absolute(dir string) string {
	if whole, err := filepath.Abs(dir); err == nil {
		return filepath.ToSlash(whole)
	}
	return dir
}

// depth bounds how deep modules may call modules; configurations that call
// themselves are refused when loaded.
const depth = 64

func tooDeep(at addr.ModuleInstance) bool { return len(at) > depth }
