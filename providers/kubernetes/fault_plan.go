package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/impact"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Plan chooses the targets in the live cluster and says what would happen to
// them, to what owns them and to who needs them.
func (f *fault) Plan(ctx context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	diags := append(f.check(req.Config), f.needsEnvironment(req.Environment)...)
	if diags.HasErrors() {
		return providers.FaultPlan{}, diags
	}
	plan := providers.FaultPlan{Guard: f.guardText(req.Environment)}
	p := planning{config: req.Config, plan: &plan, duration: req.Duration, seed: req.Seed}
	if unknown := f.unknown(req); unknown != "" {
		plan.Unknown = unknown
		diags = append(diags, f.plan(ctx, p)...)
	} else {
		diags = append(diags, f.planOn(ctx, req, &p)...)
	}
	if f.hunts(req.Config) {
		plan.Dynamic = true
		plan.Effect += ", and the same to pods that match and appear until the fault ends"
		plan.Guard += "; no more pods become targets when gameday has ended"
	}
	return plan, diags
}

// check is what can be said of a configuration without a cluster.
func (f *fault) check(values schema.Values) providers.Diagnostics {
	return append(f.validate(values), target.Validate(f.kind(), values.Block("target"))...)
}

// unknown says why the targets cannot be told yet; empty when they can.
func (f *fault) unknown(req providers.FaultPlanRequest) string {
	if _, known := accessOf(req.Environment); !known {
		return fmt.Sprintf("%s is not up yet", req.Environment.Address)
	}
	if block := req.Config.Block("target").Cty(); !block.IsWhollyKnown() && f.kind() != target.Cluster {
		return "the target block depends on values that are known only when the run is applied"
	}
	return ""
}

// planOn plans on a cluster that can be read.
func (f *fault) planOn(ctx context.Context, req providers.FaultPlanRequest, p *planning) providers.Diagnostics {
	at, _ := accessOf(req.Environment)
	s, err := f.provider.sessions.open(at)
	if err != nil {
		return providers.Errorf(nil, "Cannot reach the cluster", "%s.", err)
	}
	p.session = s
	notOlder := f.age(req.Environment)
	if p.world, err = f.readings(ctx, s, req.Config, notOlder); err != nil {
		return providers.Errorf(nil, "Cannot read the cluster", "%s.", err)
	}
	if diags := f.choose(ctx, req, p); diags.HasErrors() {
		return diags
	}
	unknown := f.seat(ctx, p)
	consequences := f.consequences(*p)
	p.plan.Radius = append([]string{radius(p.choice)}, consequences.Radius...)
	diags := slices.Concat(
		consequences.Warnings, unknown,
		f.plan(ctx, *p),
		f.permissions(ctx, p),
		f.admission(ctx, p),
		f.holders(ctx, p, notOlder),
	)
	p.plan.Radius = once(p.plan.Radius)
	return diags
}

// readings reads the world, and at the same time what the rest of the plan will ask
// for: it is kept, and what fails is told when it is asked for.
func (f *fault) readings(ctx context.Context, s *session, config schema.Values, notOlder time.Duration) (w *world.World, err error) {
	var group errgroup.Group
	group.Go(func() error { w, err = s.read(ctx, notOlder); return nil })
	group.Go(func() error { _, _ = s.held(ctx, !f.namespaced(), notOlder); return nil })
	if within := f.within(config, s.Access.Namespaces); len(within) > 0 {
		group.Go(func() error { _, _ = f.rights(ctx, s, f.rules(), within); return nil })
	}
	_ = group.Wait() // err is the world's
	return w, err
}

// within are the namespaces that the targets will lie in, where that can be told
// before they are chosen.
func (f *fault) within(config schema.Values, fence []string) []string {
	if block := config.Block("target"); f.kind() == target.Pod && block.Known("namespace") {
		return []string{block.String("namespace")}
	}
	if len(fence) == 1 && f.namespaced() {
		return fence
	}
	return nil
}

// once leaves each line where it stands first: a behavior may say what follows
// from its targets anyway.
func once(lines []string) []string {
	var out []string
	for _, line := range lines {
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}

// choose selects the targets.
func (f *fault) choose(ctx context.Context, req providers.FaultPlanRequest, p *planning) (diags providers.Diagnostics) {
	block := req.Config.Block("target")
	var err error
	if p.world, err = p.session.lookUp(ctx, p.world, f.kind(), block); err != nil {
		return providers.Errorf(nil, "Cannot read the targets", "%s.", err)
	}
	p.choice, diags = target.Choose(f.kind(), block, p.world, p.session.Access.Namespaces, req.Seed)
	if diags.HasErrors() && len(p.world.Denied) > 0 {
		return providers.Errorf(nil, "Cannot read the targets", "This user may not list %s. %s",
			strings.Join(p.world.Denied, ", "), f.howToGet(p.session.Access.Namespaces, p.seats))
	}
	p.plan.Targets, p.plan.Eligible = p.choice.Targets, p.choice.Eligible
	p.plan.Population, p.plan.Counted = p.choice.Population, p.choice.Counted
	return diags
}

// consequences are what follows for the pods. Pods on nodes that are not harmed are
// none.
func (f *fault) consequences(p planning) impact.Impact {
	i := f.harm(p)
	if _, is := f.behavior.(deleting); is {
		i.Radius = append(i.Radius, impact.Gone(p.world, p.choice.Targets)...)
	}
	return i
}

func (f *fault) harm(p planning) impact.Impact {
	harms := f.kind() == target.Pod || f.kind() == target.Node
	if h, ok := f.behavior.(harming); ok {
		harms = h.harms(p)
	}
	switch {
	case harms:
		return impact.Of(p.world, p.choice.Targets)
	case f.kind() == target.Node:
		return impact.Impact{}
	default:
		return impact.Shares(p.world, p.choice.Targets)
	}
}

// age is how old what was read may be: within one plan it is read once; when the
// fault is about to be injected it must be what is there now.
func (f *fault) age(env providers.EnvironmentState) (notOlder time.Duration) {
	if env.Up {
		return freshFor
	}
	return planFor
}

// radius is the share in numbers; the targets themselves stand beside it.
func radius(c target.Choice) string {
	noun := kindOf(c.Targets)
	if c.Population == 0 {
		return count(len(c.Targets), noun, noun+"s") + ", of a number that is not known"
	}
	return fmt.Sprintf("%d of %s", len(c.Targets), count(c.Population, noun, noun+"s"))
}

// kindOf is what all targets are, or just "target".
func kindOf(targets []providers.Target) string {
	differs := func(t providers.Target) bool { return t.Kind != targets[0].Kind }
	if len(targets) == 0 || slices.ContainsFunc(targets, differs) {
		return "target"
	}
	return targets[0].Kind
}

// needsEnvironment refuses experiments whose environment is not a cluster.
func (f *fault) needsEnvironment(env providers.EnvironmentState) providers.Diagnostics {
	switch {
	case isOurs(env):
		return nil
	case env.Type == "":
		return providers.Errorf(nil, "No cluster",
			"%s acts on a Kubernetes cluster. Declare an environment of type kind or kubernetes and name it in the experiment.", f.typeName())
	default:
		return providers.Errorf(nil, "No cluster",
			"%s acts on an environment of type kind or kubernetes, and %s is of type %s.", f.typeName(), env.Address, env.Type)
	}
}
