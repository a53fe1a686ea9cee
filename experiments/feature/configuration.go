package feature

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"sigs.k8s.io/e2e-framework/pkg/envconf"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/diag"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// configuration is what a directory holds, with what it is evaluated with.
type configuration struct {
	dir   string
	cfg   *config.Config
	set   *providers.Set
	given map[string]resolve.Given
}

// planned is what a run starts from.
type planned struct {
	*configuration
	plan    *plan.Plan
	secrets []string
}

// load reads the directory, and the variables as they are by now.
func (s *settings) load(env *envconf.Config) (*configuration, error) {
	cfg, diags := config.LoadDir(s.dir, config.WithVersion(released()))
	c := &configuration{dir: s.dir, cfg: cfg, set: s.set}
	given, more := s.given(cfg.Sources, env)
	if c.given = given; c.set == nil {
		set, err := registry.Builtin()
		if err != nil {
			return nil, fmt.Errorf("collect the providers: %w", err)
		}
		c.set = set
	}
	return c, c.failed(append(diags, more...))
}

// plan plans against what is there now. What a policy forbids is an error, as it
// is for `gameday apply`.
func (c *configuration) plan(ctx context.Context, targets []string) (*planned, error) {
	r, diags := c.resolve(ctx, nil, cty.NilVal)
	if diags.HasErrors() {
		return nil, c.failed(diags)
	}
	diags = append(diags, configure(ctx, r)...)
	if diags.HasErrors() {
		return nil, c.failed(diags)
	}
	p, diags := plan.Build(ctx, plan.Request{Resolved: r, Set: c.set, Dir: c.dir, Targets: targets, Version: version()})
	if diags.HasErrors() {
		return nil, c.failed(diags)
	}
	return &planned{configuration: c, plan: p, secrets: r.Secrets()}, forbidden(p)
}

// resolve evaluates the configuration, with the environments that are up.
func (c *configuration) resolve(ctx context.Context, environments map[string]cty.Value, run cty.Value) (*resolve.Resolved, hcl.Diagnostics) {
	return resolve.Resolve(ctx, c.cfg, c.set, resolve.Inputs{Variables: c.given, Environments: environments, Run: run})
}

// failed is the error that diagnostics come to, with excerpts as on a terminal;
// nil when there is no error among them.
func (c *configuration) failed(diags hcl.Diagnostics) error {
	if !diags.HasErrors() {
		return nil
	}
	var text strings.Builder
	if err := diag.WriteText(&text, diags, c.cfg.Sources.Files(), diag.Style{}); err != nil {
		return errors.Join(diags, err)
	}
	return fmt.Errorf("%s is not ready to be applied:\n%s", c.dir, text.String())
}

// forbidden is what a sound plan breaks in policies or lacks in permissions.
func forbidden(p *plan.Plan) error {
	var errs []error
	for _, f := range p.Findings {
		if f.Severity == "error" {
			errs = append(errs, fmt.Errorf("the plan is refused: %s: %s. %s", f.Subject, f.Summary, f.Detail))
		}
	}
	return errors.Join(errs...)
}

// configure hands the provider blocks to their providers.
func configure(ctx context.Context, r *resolve.Resolved) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, block := range r.Providers {
		provider, takes := block.Provider.(providers.WithConfigure)
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
