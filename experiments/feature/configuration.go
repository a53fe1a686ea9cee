package feature

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"sigs.k8s.io/e2e-framework/pkg/envconf"

	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/runner/launch"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/diag"
)

// planned is what a run starts from.
type planned struct {
	*launch.Configuration
	plan *plan.Plan
}

// load reads the directory, and the variables as they are by now. The programs of providers end with the test.
func (s *settings) load(ctx context.Context, t *testing.T, env *envconf.Config) (*launch.Configuration, error) {
	t.Helper()
	cfg, diags := config.LoadDir(s.dir, config.WithVersion(released()))
	given, more := launch.Variables(cfg, s.dir, s.assignments(env))
	c := &launch.Configuration{Dir: s.dir, Config: cfg, Set: s.set, Given: given, Version: version()}
	diags = append(diags, more...)
	if c.Set == nil {
		opened, more, err := open(ctx, s.dir, cfg)
		if err != nil {
			return nil, fmt.Errorf("collect the providers: %w", err)
		}
		t.Cleanup(opened.Close)
		c.Set, c.Plugins, diags = opened.Set, opened.Plugins, append(diags, more...)
	}
	return c, failed(c, diags)
}

// open starts the providers that a configuration requires, as "gameday init" has installed them.
func open(ctx context.Context, dir string, cfg *config.Config) (*registry.Opened, hcl.Diagnostics, error) {
	required, diags := cfg.Required()
	request := registry.Request{Dir: dir}
	for _, r := range required {
		request.Required = append(request.Required, r.Requirement())
	}
	opened, missing, err := registry.Open(ctx, request)
	return opened, append(diags, config.Unavailable(required, missing)...), err
}

// prepare plans against what is there now. What a policy forbids is an error, as it
// is for `gameday apply`.
func prepare(ctx context.Context, c *launch.Configuration, targets []string) (*planned, error) {
	p, _, diags := c.Plan(ctx, nil, targets)
	if diags.HasErrors() {
		return nil, failed(c, diags)
	}
	return &planned{Configuration: c, plan: p}, forbidden(p)
}

// failed is the error that diagnostics come to, with excerpts as on a terminal;
// nil when there is no error among them.
func failed(c *launch.Configuration, diags hcl.Diagnostics) error {
	if !diags.HasErrors() {
		return nil
	}
	var text strings.Builder
	if err := diag.WriteText(&text, diags, c.Files(), diag.Style{}); err != nil {
		return errors.Join(diags, err)
	}
	return fmt.Errorf("%s is not ready to be applied:\n%s", c.Dir, text.String())
}

// forbidden is what a sound plan breaks in policies or lacks in permissions.
func forbidden(p *plan.Plan) error {
	var errs []error
	for _, f := range p.Findings {
		if f.Severity == plan.SeverityError {
			errs = append(errs, fmt.Errorf("the plan is refused: %s: %s. %s", f.Subject, f.Summary, f.Detail))
		}
	}
	return errors.Join(errs...)
}
