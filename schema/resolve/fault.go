package resolve

import (
	"cmp"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/diag"
	"github.com/gameday-dev/gameday/schema/resolve/internal/dag"
)

// faultEdge is a fault's need of another, with its place.
type faultEdge struct {
	name string
	at   hcl.Range
}

// faults resolves the faults of an experiment, each after those that it refers
// to, and puts them in the order of their injection.
func (s *scene) faults() {
	names := slices.Sorted(maps.Keys(s.cfg.Faults))
	edges := s.faultEdges(names)
	graph, places := dag.New(len(names)), map[[2]int]hcl.Range{}
	for i, name := range names {
		for _, edge := range edges[name] {
			if other, ok := slices.BinarySearch(names, edge.name); ok {
				graph.Need(i, other)
				places[[2]int{i, other}] = edge.at
			}
		}
	}
	for _, cycle := range graph.Cycles() {
		s.r.diags.cycle(cycle, places, func(i int) (string, hcl.Range) {
			return "fault." + names[i], s.cfg.Faults[names[i]].DeclRange
		})
	}
	done := map[string]cty.Value{}
	for _, i := range graph.Order() {
		done[names[i]] = s.fault(s.cfg.Faults[names[i]], s.faultContext(done, edges[names[i]]), edges[names[i]])
	}
	s.out.Faults = orderFaults(s.out.Faults)
}

// faultEdges collects what each fault depends on, by depends_on and by
// references.
func (s *scene) faultEdges(names []string) map[string][]faultEdge {
	edges := map[string][]faultEdge{}
	for _, name := range names {
		f := s.cfg.Faults[name]
		for _, t := range f.DependsOn {
			s.addDependency(edges, f, t)
		}
		if len(names) == 1 {
			break // there is no other to refer to
		}
		for _, t := range s.faultTraversals(f) {
			if kind, other, ok := objectOf(t); ok && kind == "fault" {
				edges[name] = append(edges[name], faultEdge{other, t.SourceRange()})
			}
		}
	}
	return edges
}

func (s *scene) addDependency(edges map[string][]faultEdge, f *config.Fault, t hcl.Traversal) {
	kind, name, ok := objectOf(t)
	switch {
	case !ok || kind != "fault":
		s.r.diags.errorf(t.SourceRange(), "Invalid depends_on", "A fault can depend on fault.NAME in the same experiment, not on %s.", diag.Traversal(t))
	case s.cfg.Faults[name] == nil:
		s.r.diags.errorf(t.SourceRange(), "Unknown fault", "The experiment %q has no fault %q.%s",
			s.cfg.Name, name, suggest(name, slices.Sorted(maps.Keys(s.cfg.Faults)), "It has"))
	case len(t) != 2: // passed over, it would look as if one instance were waited for
		s.r.diags.errorf(t.SourceRange(), "Invalid depends_on", "A fault depends on all instances of fault.%s: write fault.%s, not %s.", name, name, diag.Traversal(t))
	default:
		edges[f.Name] = append(edges[f.Name], faultEdge{name, t.SourceRange()})
	}
}

func (s *scene) faultTraversals(f *config.Fault) []hcl.Traversal {
	var all []hcl.Traversal
	for _, expr := range []hcl.Expression{f.Delay, f.Duration, f.Seed, f.ForEach} {
		if expr != nil {
			all = append(all, expr.Variables()...)
		}
	}
	if t := s.r.bodyType(providers.KindFault, f.Type); t != nil {
		all = append(all, dynblock.VariablesHCLDec(f.Body, t.spec)...)
	}
	return all
}

// faultContext offers the faults that this one refers to. Without such, the
// context of the module is shared.
func (s *scene) faultContext(done map[string]cty.Value, edges []faultEdge) *hcl.EvalContext {
	if len(edges) == 0 {
		return s.ctx
	}
	ctx := s.ctx.NewChild()
	ctx.Variables = map[string]cty.Value{"fault": cty.ObjectVal(done)}
	return ctx
}

// fault resolves every instance of a fault. Its value, for faults that come
// later, holds its address, delay and duration.
func (s *scene) fault(cfg *config.Fault, ctx *hcl.EvalContext, edges []faultEdge) cty.Value {
	t := s.r.typeOf(providers.KindFault, cfg.Type, cfg.TypeRange)
	instances, known := s.forEach(cfg.ForEach, ctx, "fault")
	values := map[string]cty.Value{}
	for _, instance := range instances {
		f := s.faultInstance(cfg, t, instance, ctx)
		f.DependsOn = s.needs(edges)
		s.out.Faults = append(s.out.Faults, f)
		if !instance.key.Set {
			return faultValue(f)
		}
		values[instance.key.Text] = faultValue(f)
	}
	if !known {
		return cty.DynamicVal
	}
	return cty.ObjectVal(values)
}

func (s *scene) faultInstance(cfg *config.Fault, t *bodyType, i instance, ctx *hcl.EvalContext) *Fault {
	ctx = i.context(ctx)
	own := meta{s.module, ctx}
	f := &Fault{Addr: s.part("fault", cfg.Name, i.key), Range: cfg.DeclRange}
	f.Delay = own.duration(cfg.Delay, "delay", 0, 0)
	f.Duration = own.duration(cfg.Duration, "duration", defaultDuration, positive)
	f.Seed = own.seed(cfg.Seed, s.seed, f.Addr.Local())
	if t != nil {
		f.Type, _ = t.Type.(providers.Fault)
		f.Body = s.body(t, cfg.Body, ctx, cfg.DeclRange, nil)
	}
	return f
}

// needs lists the local addresses of the faults that edges lead to.
func (s *scene) needs(edges []faultEdge) []string {
	var needs []string
	for _, f := range s.out.Faults {
		if slices.ContainsFunc(edges, func(e faultEdge) bool { return e.name == f.Addr.Name }) {
			needs = append(needs, f.Addr.Local())
		}
	}
	slices.Sort(needs)
	return needs
}

func faultValue(f *Fault) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		addressAttr: cty.StringVal(f.Addr.String()),
		"delay":     cty.StringVal(f.Delay.String()),
		"duration":  cty.StringVal(f.Duration.String()),
	})
}

// orderFaults sorts by what depends on what, then by delay, then by name.
func orderFaults(list []*Fault) []*Fault {
	slices.SortStableFunc(list, func(a, b *Fault) int {
		return cmp.Or(cmp.Compare(a.Delay, b.Delay), cmp.Compare(a.Addr.Local(), b.Addr.Local()))
	})
	graph := dag.New(len(list))
	for i, f := range list {
		for _, needed := range f.DependsOn {
			if other := slices.IndexFunc(list, func(o *Fault) bool { return o.Addr.Local() == needed }); other >= 0 {
				graph.Need(i, other)
			}
		}
	}
	return arranged(list, graph.Order())
}
