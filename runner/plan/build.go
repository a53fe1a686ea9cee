package plan

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// Request is what a plan is built from.
type Request struct {
	Resolved *resolve.Resolved
	Set      *providers.Set // names the providers, with versions, that the plan relies on
	Dir      string         // directory of the configuration, as given
	Targets  []string       // -target addresses; none means everything
	Version  string         // of gameday
	Files    []File         // files to pin beside those that the configuration itself read
}

// Build plans a run. It reads and never changes anything: faults are asked for
// their targets, several at once, and everything else follows from the
// configuration. The same request gives the same plan, byte for byte.
//
// Problems of the configuration and of providers are diagnostics, and the plan
// is nil if any of them is an error. What a sound plan breaks in policies or
// lacks in permissions is in its Findings instead, so that it can be shown with
// everything else.
func Build(ctx context.Context, req Request) (*Plan, hcl.Diagnostics) {
	chosen, diags := choose(req.Resolved, req.Targets)
	if diags.HasErrors() {
		return nil, diags
	}
	variables, more := encodeVariables(req.Resolved)
	diags = append(diags, more...)

	b := &builder{req: req, chosen: chosen}
	experiments, findings, more := b.experiments(ctx)
	diags = append(diags, more...)
	// Only now are all secrets known: those inside bodies show when they are decoded.
	redact := newRedactor(req.Resolved.Secrets())
	redact.diagnostics(diags)
	if diags.HasErrors() {
		return nil, diags
	}
	p := &Plan{
		Format:       FormatVersion,
		Gameday:      req.Version,
		Dir:          filepath.ToSlash(req.Dir),
		Seed:         req.Resolved.Seed,
		Targeted:     sortedSet(req.Targets),
		Files:        b.files(),
		Variables:    variables,
		Environments: b.environments(),
		Experiments:  experiments,
		Suites:       b.suites(),
		Findings:     append(append(b.environmentFindings(), b.insideFindings(ctx)...), findings...),
	}
	p.Providers = b.providers(p)
	p.Summary = summarize(p)
	newRewriter(redact).plan(p)
	return p, diags
}

// builder holds what all steps of a Build share. It is read only once made.
type builder struct {
	req    Request
	chosen selection
}

func sortedSet(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}
