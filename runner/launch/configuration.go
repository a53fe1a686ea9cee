package launch

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/install"
	"github.com/gameday-dev/gameday/providers/secret"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// Configuration is what a directory holds, with what it is evaluated with.
type Configuration struct {
	Dir     string
	Config  *config.Config
	Set     *providers.Set
	Given   map[string]resolve.Given
	Seed    *int64          // for choices; nil for the one that follows from the configuration
	Version string          // of gameday
	Plugins []install.Found // programs of providers, which are in Set

	secrets secret.Collection // what is sensitive, from every time that it was evaluated
}

// Files are the sources, for excerpts.
func (c *Configuration) Files() map[string]*hcl.File { return c.Config.Sources.Files() }

// Resolve evaluates the configuration. Resolving with errors from loading gives more
// of them, and never a result to go on with.
func (c *Configuration) Resolve(ctx context.Context, in resolve.Inputs) (*resolve.Resolved, hcl.Diagnostics) {
	in.Variables, in.Secrets = c.Given, &c.secrets
	out, diags := resolve.Resolve(ctx, c.Config, c.Set, in)
	if c.Seed != nil && out != nil {
		plan.Reseed(out, *c.Seed)
	}
	return out, diags
}

// Again is Resolve for a run, with the environments that are up.
func (c *Configuration) Again(ctx context.Context, environments map[string]cty.Value, run cty.Value) (*resolve.Resolved, hcl.Diagnostics) {
	return c.Resolve(ctx, resolve.Inputs{Environments: environments, Run: run})
}

// Plan resolves what was loaded and plans it. With errors among the diagnostics,
// those that came with the configuration included, there is no plan.
func (c *Configuration) Plan(ctx context.Context, diags hcl.Diagnostics, targets []string) (*plan.Plan, *resolve.Resolved, hcl.Diagnostics) {
	if diags.HasErrors() {
		return nil, nil, diags
	}
	r, more := c.Resolve(ctx, resolve.Inputs{})
	diags = append(diags, more...)
	if diags.HasErrors() {
		return nil, nil, diags
	}
	diags = append(diags, configureProviders(ctx, r)...)
	if diags.HasErrors() {
		return nil, nil, diags
	}
	locked, err := c.lockFile()
	if err != nil {
		return nil, nil, append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Cannot read the lock file", Detail: err.Error()})
	}
	p, more := plan.Build(ctx, plan.Request{Resolved: r, Set: c.Set, Dir: c.Dir, Targets: targets, Version: c.Version, Files: locked})
	return p, r, append(diags, more...)
}

// lockFile pins the programs that do what the plan says: with others it is another plan.
func (c *Configuration) lockFile() ([]plan.File, error) {
	if !slices.ContainsFunc(c.Plugins, func(f install.Found) bool { return f.SHA256 != "" }) {
		return nil, nil
	}
	sum, err := install.Sum(filepath.Join(c.Dir, install.LockFile))
	if err != nil {
		return nil, err
	}
	return []plan.File{{Name: install.LockFile, SHA256: sum}}, nil
}

// configureProviders hands the provider blocks to their providers, before any of
// their types is asked for anything.
func configureProviders(ctx context.Context, r *resolve.Resolved) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, block := range r.Providers {
		provider, takes := providers.As[providers.WithConfigure](block.Provider)
		if !takes {
			continue
		}
		values, more := block.Body.Decode(nil)
		if diags = append(diags, more...); !more.HasErrors() {
			diags = append(diags, block.Body.Diagnostics(provider.Configure(ctx, values))...)
		}
	}
	return diags
}
