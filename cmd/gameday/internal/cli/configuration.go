package cli

import (
	"context"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// configuration is what a directory holds, with what it is evaluated with.
type configuration struct {
	dir   string
	cfg   *config.Config
	set   *providers.Set
	given map[string]resolve.Given
	seed  *int64 // of -seed; nil for the one that follows from the configuration
}

// load reads a directory and the variables for it. The configuration is there
// also with errors, for the excerpts of its files.
func load(dir string, vars *varFlags) (*configuration, hcl.Diagnostics) {
	cfg, diags := config.LoadDir(dir, config.WithVersion(releasedVersion()))
	c := &configuration{dir: dir, cfg: cfg}
	given, more := vars.given(cfg.Sources, dir)
	c.given, diags = given, append(diags, more...)
	set, err := registry.Builtin()
	if err != nil {
		return c, append(diags, asDiagnostics(err)...)
	}
	c.set = set
	return c, diags
}

// resolve evaluates the configuration. Resolving with errors from load gives
// more of them, and never a result to go on with.
func (c *configuration) resolve(ctx context.Context, in resolve.Inputs) (*resolve.Resolved, hcl.Diagnostics) {
	in.Variables = c.given
	out, diags := resolve.Resolve(ctx, c.cfg, c.set, in)
	if c.seed != nil && out != nil {
		plan.Reseed(out, *c.seed)
	}
	return out, diags
}

// again is resolve for a run, with the environments that are up.
func (c *configuration) again(ctx context.Context, environments map[string]cty.Value, run cty.Value) (*resolve.Resolved, hcl.Diagnostics) {
	return c.resolve(ctx, resolve.Inputs{Environments: environments, Run: run})
}

// files are the sources, for excerpts.
func (c *configuration) files() map[string]*hcl.File { return c.cfg.Sources.Files() }
