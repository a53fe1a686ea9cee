package resolve

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/lang"
)

// from evaluates where a probe or a load runs, and checks that it can run there.
// It is empty where gameday itself runs.
func (s *scene) from(expr hcl.Expression, ctx *hcl.EvalContext, t *bodyType) string {
	value, ok := meta{s.module, ctx}.value(expr, "from", cty.String)
	if !ok {
		return ""
	}
	if given := value.AsString(); given != lang.FromCluster {
		s.r.diags.errorAt(expr, ctx, "Invalid value for from",
			"%q is no place to run at: expected %q, or nothing for where gameday runs.", given, lang.FromCluster)
		return ""
	}
	if t == nil || !s.inside(expr, ctx, t) {
		return ""
	}
	return lang.FromCluster
}

// inside reports whether a type can run inside the experiment's environment, and
// what stands against it.
func (s *scene) inside(expr hcl.Expression, ctx *hcl.EvalContext, t *bodyType) bool {
	if s.cfg.Environment == nil {
		s.r.diags.errorAt(expr, ctx, "No cluster to run in", "The experiment names no environment. %s", s.r.clusters())
		return false
	}
	env := s.r.environmentAt(s.out.Environment)
	if env == nil || env.Type == nil { // has been reported, or is not known yet
		return env == nil && s.r.takesUnknown()
	}
	place, ok := providers.As[providers.WithInside](env.Type)
	switch {
	case !ok:
		s.r.diags.errorAt(expr, ctx, "No cluster to run in", "%s is of type %s, inside which nothing can run. %s",
			env.Addr, env.Type.TypeName(), s.r.clusters())
		return false
	case !place.RunsInside(providers.Kind(t.kind()), t.TypeName()):
		s.r.diags.errorAt(expr, ctx, "Cannot run in a cluster", "A %s of type %s runs where gameday runs. Inside a cluster can run: %s.",
			t.kind(), t.TypeName(), strings.Join(s.r.runInside(place), ", "))
		return false
	}
	return true
}

// RunsInside reports whether a probe or a load runs inside the environment.
func (e *Experiment) RunsInside() bool {
	return slices.ContainsFunc(e.Probes, func(p *Probe) bool { return p.From != "" }) ||
		slices.ContainsFunc(e.Loads, func(l *Load) bool { return l.From != "" })
}

// environmentAt is the environment of an address; nil when there is none.
func (r *resolver) environmentAt(address string) *Environment {
	for _, env := range r.out.Environments {
		if env.Addr.String() == address {
			return env
		}
	}
	return nil
}

// clusters says which environments things can run in.
func (r *resolver) clusters() string {
	var names []string
	for _, name := range r.set.Names(providers.KindEnvironment) {
		if _, ok := providers.As[providers.WithInside](r.set.Type(providers.KindEnvironment, name)); ok {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "No environment type can run it inside; leave from out."
	}
	return "That needs an environment of type " + strings.Join(names, " or ") + "; leave from out to run it where gameday runs."
}

// runInside names the types that can run in a place: "probe http".
func (r *resolver) runInside(place providers.WithInside) []string {
	var names []string
	for _, kind := range []providers.Kind{providers.KindProbe, providers.KindLoad} {
		for _, name := range r.set.Names(kind) {
			if place.RunsInside(kind, name) {
				names = append(names, string(kind)+" "+name)
			}
		}
	}
	return names
}
