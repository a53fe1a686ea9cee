package resolve

import (
	"cmp"
	"maps"
	"math"
	"runtime"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/sync/errgroup"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/diag"
)

// What holds where a configuration says nothing.
const (
	defaultBaseline   = 10 * time.Second
	defaultInterval   = time.Second
	defaultTimeout    = 2 * time.Second // of a probe's sample
	defaultLoad       = 5 * time.Second // time-out of one request of a load
	defaultWithin     = 30 * time.Second
	defaultHold       = 5 * time.Second
	defaultDuration   = 30 * time.Second // of a fault
	defaultRollback   = 30 * time.Second
	defaultMinSamples = 10
)

// experiments resolves the experiments of a module, several at once, and takes
// them and their problems in the order of their names.
func (m *module) experiments() {
	names := slices.Sorted(maps.Keys(m.cfg.Experiments))
	resolved, found := make([]*Experiment, len(names)), make([]problems, len(names))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() error {
			resolved[i] = m.reporting(&found[i]).experiment(m.cfg.Experiments[name])
			return nil
		})
	}
	_ = group.Wait() // never an error: problems are in found
	for i, e := range resolved {
		m.own = append(m.own, e.Addr.String())
		m.r.out.Experiments = append(m.r.out.Experiments, e)
		m.r.diags.list = append(m.r.diags.list, found[i].list...)
	}
}

// reporting is the same module with problems of its own, for a goroutine.
func (m *module) reporting(found *problems) *module {
	r, own := *m.r, *m
	r.diags, own.r = found, &r
	return &own
}

// scene is an experiment that is being resolved.
type scene struct {
	*module
	cfg  *config.Experiment
	out  *Experiment
	meta meta
	view *view // of the windows that conditions see
	seed int64

	// loose names probes and loads whose instances are not known.
	loose map[string]bool
}

func (m *module) experiment(cfg *config.Experiment) *Experiment {
	at := addr.Object{Module: m.at, Kind: kindExperiment, Name: cfg.Name}
	s := &scene{module: m, cfg: cfg, meta: meta{m, m.ctx}, out: &Experiment{Addr: at, Config: cfg, Dir: m.dir}, loose: map[string]bool{}}
	s.general()
	s.loads()
	if cfg.Steady != nil { // its absence was reported when it was loaded
		s.steady(cfg.Steady)
	}
	s.view = newView(s)
	s.asserts()
	s.faults()
	s.stops()
	s.rollback()
	return s.out
}

func (s *scene) general() {
	s.out.Description = s.meta.text(s.cfg.Description, "description")
	s.out.Labels = s.meta.labels(s.cfg.Labels, "labels")
	s.out.Weight = s.meta.number(s.cfg.Weight, "weight", 1, 0, math.MaxInt32)
	s.seed = s.meta.seed(s.cfg.Seed, 0, s.out.Addr.String())
	s.out.Environment = s.environmentOf(s.cfg.Environment)
	s.out.DependsOn = slices.Clone(s.after)
	for _, t := range s.cfg.DependsOn {
		s.out.DependsOn = append(s.out.DependsOn, s.dependsOn(t, "An experiment")...)
	}
	slices.Sort(s.out.DependsOn)
	s.out.DependsOn = slices.Compact(s.out.DependsOn)
}

// dependsOn gives the experiments that a reference in depends_on leads to: one,
// or all of a module. The dependent is named where it leads to neither.
func (m *module) dependsOn(t hcl.Traversal, dependent string) []string {
	kind, name, ok := objectOf(t)
	ok = ok && len(t) == 2
	switch {
	case ok && kind == kindExperiment && m.cfg.Experiments[name] != nil:
		return []string{addr.Object{Module: m.at, Kind: kindExperiment, Name: name}.String()}
	case ok && kind == kindModule && m.cfg.Calls[name] != nil:
		return m.r.experimentsOf(m.at, name)
	case ok && kind == kindExperiment:
		m.r.diags.errorf(t.SourceRange(), "Unknown experiment", "There is no experiment %q in this module.%s",
			name, suggest(name, slices.Sorted(maps.Keys(m.cfg.Experiments)), "It has"))
	case ok && kind == kindModule:
		m.r.diags.errorf(t.SourceRange(), "Unknown module", "There is no module %q here.%s",
			name, suggest(name, slices.Sorted(maps.Keys(m.cfg.Calls)), "Available:"))
	default:
		m.r.diags.errorf(t.SourceRange(), "Invalid depends_on", "%s can depend on experiment.NAME or module.NAME, not on %s.", dependent, diag.Traversal(t))
	}
	return nil
}

func (s *scene) part(kind, name string, key addr.Key) addr.Part {
	return addr.Part{Experiment: s.out.Addr, Kind: kind, Name: name, Key: key}
}

func (s *scene) loads() {
	for _, name := range slices.Sorted(maps.Keys(s.cfg.Loads)) {
		s.load(s.cfg.Loads[name])
	}
}

func (s *scene) load(cfg *config.Load) {
	t := s.r.typeOf(providers.KindLoad, cfg.Type, cfg.TypeRange)
	instances, known := s.forEach(cfg.ForEach, s.ctx, "load")
	s.loose["load."+cfg.Name] = !known || t == nil
	for _, instance := range instances {
		ctx := instance.context(s.ctx)
		load := &Load{Addr: s.part("load", cfg.Name, instance.key), Range: cfg.DeclRange}
		load.Timeout = meta{s.module, ctx}.duration(cfg.Timeout, "timeout", defaultLoad, positive)
		load.From = s.from(cfg.From, ctx, t)
		if t != nil {
			load.Type, _ = t.Type.(providers.Load)
			load.Body = s.body(t, cfg.Body, ctx, cfg.DeclRange, nil)
		}
		s.out.Loads = append(s.out.Loads, load)
	}
}

func (s *scene) steady(cfg *config.SteadyState) {
	s.out.Baseline = s.meta.duration(cfg.Baseline, "baseline", defaultBaseline, 0)
	s.out.Recovery = Recovery{Within: defaultWithin, Hold: defaultHold}
	if cfg.Recovery != nil {
		s.out.Recovery.Within = s.meta.duration(cfg.Recovery.Within, "within", defaultWithin, positive)
		s.out.Recovery.Hold = s.meta.duration(cfg.Recovery.Hold, "hold", defaultHold, 0)
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Probes)) {
		s.probe(cfg.Probes[name])
	}
}

func (s *scene) probe(cfg *config.Probe) {
	t := s.r.typeOf(providers.KindProbe, cfg.Type, cfg.TypeRange)
	instances, known := s.forEach(cfg.ForEach, s.ctx, "probe")
	s.loose["probe."+cfg.Name] = !known || t == nil
	for _, instance := range instances {
		ctx := instance.context(s.ctx)
		own := meta{s.module, ctx}
		probe := &Probe{Addr: s.part("probe", cfg.Name, instance.key), Range: cfg.DeclRange}
		probe.Interval = own.duration(cfg.Interval, "interval", defaultInterval, time.Millisecond)
		probe.Timeout = own.duration(cfg.Timeout, "timeout", defaultTimeout, positive)
		probe.From = s.from(cfg.From, ctx, t)
		if t != nil {
			probe.Type, _ = t.Type.(providers.Probe)
			probe.Body = s.body(t, cfg.Body, ctx, cfg.DeclRange, nil)
		}
		s.out.Probes = append(s.out.Probes, probe)
	}
}

func (s *scene) rollback() {
	s.out.Rollback.Timeout = defaultRollback
	cfg := s.cfg.Rollback
	if cfg == nil {
		return
	}
	s.out.Rollback.Timeout = s.meta.duration(cfg.Timeout, "timeout", defaultRollback, positive)
	for _, a := range cfg.Actions {
		action := &Action{Addr: s.part("action", a.Name, addr.Key{}), Range: a.DeclRange}
		action.Timeout = s.meta.duration(a.Timeout, "timeout", 0, positive)
		if t := s.r.typeOf(providers.KindAction, a.Type, a.TypeRange); t != nil {
			action.Type, _ = t.Type.(providers.Action)
			action.Body = s.body(t, a.Body, s.ctx, a.DeclRange, nil)
		}
		s.out.Rollback.Actions = append(s.out.Rollback.Actions, action)
	}
}

func sortByAddress(out *Resolved) {
	slices.SortFunc(out.Environments, func(a, b *Environment) int { return cmp.Compare(a.Addr.String(), b.Addr.String()) })
	slices.SortFunc(out.Suites, func(a, b *Suite) int { return cmp.Compare(a.Addr.String(), b.Addr.String()) })
}
