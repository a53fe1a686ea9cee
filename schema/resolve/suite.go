package resolve

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/diag"
)

// suites resolves the suites of every module, once all experiments are there.
func (r *resolver) suites() {
	for _, m := range r.modules {
		for _, name := range slices.Sorted(maps.Keys(m.cfg.Suites)) {
			r.out.Suites = append(r.out.Suites, m.suite(m.cfg.Suites[name]))
		}
	}
}

func (m *module) suite(cfg *config.Suite) *Suite {
	s := &Suite{
		Addr: addr.Object{Module: m.at, Kind: kindSuite, Name: cfg.Name}, Description: cfg.Description,
		MinScore: 1, Range: cfg.DeclRange,
	}
	before := len(m.r.diags.list)
	s.Experiments = m.members(cfg)
	slices.Sort(s.Experiments)
	s.Experiments = slices.Compact(s.Experiments)
	stated := (cfg.Experiments == nil) != (cfg.Select == nil)
	if stated && len(s.Experiments) == 0 && len(m.r.diags.list) == before {
		m.r.diags.errorf(cfg.DeclRange, "Empty suite", "The suite %q has no experiment, so it could not fail. Name them in experiments, or select them by labels that they have.", cfg.Name)
	}
	m.gate(cfg.Gate, s)
	return s
}

func (m *module) gate(cfg *config.Gate, s *Suite) {
	if cfg == nil {
		return
	}
	e := meta{m, m.ctx}
	s.HasGate = true
	s.MinScore = e.number(cfg.MinScore, "min_score", 1, 0, 1)
	s.MaxInconclusive = int(e.whole(cfg.MaxInconclusive, "max_inconclusive", 0, 0, math.MaxInt32))
}

func (m *module) members(cfg *config.Suite) []string {
	switch {
	case cfg.Experiments != nil && cfg.Select != nil:
		return nil // reported when it was loaded, as is neither
	case cfg.Experiments != nil:
		return m.listed(cfg.Experiments)
	case cfg.Select != nil:
		return m.selected(cfg.Select)
	default:
		return nil
	}
}

// listed reads a list of references to experiments.
func (m *module) listed(expr hcl.Expression) []string {
	elements, diags := hcl.ExprList(expr)
	if diags.HasErrors() {
		m.r.diags.errorf(expr.Range(), "Invalid experiments", "Expected a list of references, such as [experiment.a, experiment.b].")
		return nil
	}
	var found []string
	for _, element := range elements {
		t, diags := hcl.AbsTraversalForExpr(element)
		if diags.HasErrors() {
			m.r.diags.errorf(element.Range(), "Invalid experiments", "Expected a reference such as experiment.NAME or module.NAME.experiment.NAME.")
			continue
		}
		found = append(found, m.find(t)...)
	}
	return found
}

// find follows a reference to the experiments that it means: one, or those of
// every instance of a module.
func (m *module) find(t hcl.Traversal) []string {
	in, rest := []*module{m}, t
	for len(rest) >= 2 && stepIs(rest[0], kindModule) {
		if in, rest = m.into(in, rest); in == nil {
			m.unknown(t)
			return nil
		}
	}
	if len(rest) != 2 || !stepIs(rest[0], kindExperiment) {
		m.r.diags.errorf(t.SourceRange(), "Invalid experiments", "Expected a reference such as experiment.NAME or module.NAME.experiment.NAME, not %s.", diag.Traversal(t))
		return nil
	}
	name, _ := stepName(rest[1])
	var found []string
	for _, child := range in {
		if child.cfg.Experiments[name] != nil {
			found = append(found, addr.Object{Module: child.at, Kind: kindExperiment, Name: name}.String())
		}
	}
	if len(found) == 0 {
		m.unknown(t)
	}
	return found
}

// into follows one `module.NAME` or `module.NAME["key"]` of a reference.
func (m *module) into(in []*module, t hcl.Traversal) ([]*module, hcl.Traversal) {
	name, ok := stepName(t[1])
	if !ok {
		return nil, nil
	}
	rest := t[2:]
	key, keyed := "", false
	if len(rest) > 0 {
		if index, isIndex := rest[0].(hcl.TraverseIndex); isIndex {
			if key, keyed = stepName(index); keyed {
				rest = rest[1:]
			}
		}
	}
	var children []*module
	for _, child := range m.r.modules {
		last := len(child.at) - 1
		if last < 0 || child.at[last].Name != name || (keyed && child.at[last].Key.Text != key) {
			continue
		}
		if slices.ContainsFunc(in, func(p *module) bool { return slices.Equal(p.at, child.at[:last]) }) {
			children = append(children, child)
		}
	}
	return children, rest
}

func stepIs(step hcl.Traverser, name string) bool {
	switch s := step.(type) {
	case hcl.TraverseRoot:
		return s.Name == name
	case hcl.TraverseAttr:
		return s.Name == name
	default:
		return false
	}
}

func (m *module) unknown(t hcl.Traversal) {
	text := diag.Traversal(t)
	m.r.diags.errorf(t.SourceRange(), "Unknown experiment", "There is no %s.%s", text, suggest(text, m.addresses(), "Available:"))
}

// addresses lists the experiments at and below a module, as seen from there.
func (m *module) addresses() []string {
	prefix := m.at.String()
	var found []string
	for _, own := range m.own {
		found = append(found, strings.TrimPrefix(strings.TrimPrefix(own, prefix), "."))
	}
	slices.Sort(found)
	return found
}

// selected finds the experiments, at and below the module, that have all the
// labels asked for.
func (m *module) selected(expr hcl.Expression) []string {
	want, ok := m.wantedLabels(expr)
	if !ok {
		return nil
	}
	var found []string
	for _, e := range m.r.out.Experiments {
		if slices.Contains(m.own, e.Addr.String()) && hasLabels(e.Labels, want) {
			found = append(found, e.Addr.String())
		}
	}
	return found
}

func (m *module) wantedLabels(expr hcl.Expression) (map[string]string, bool) {
	e := meta{m, m.ctx}
	v, ok := e.value(expr, "select", cty.DynamicPseudoType)
	if !ok {
		return nil, false
	}
	if !v.Type().IsObjectType() || !v.Type().HasAttribute("labels") || len(v.Type().AttributeTypes()) != 1 {
		m.r.diags.errorf(expr.Range(), "Invalid select", "Expected select = { labels = { NAME = \"value\" } }.")
		return nil, false
	}
	labels := e.labels(hcl.StaticExpr(v.GetAttr("labels"), expr.Range()), "select.labels")
	return labels, labels != nil
}

func hasLabels(labels, want map[string]string) bool {
	for name, value := range want {
		if got, ok := labels[name]; !ok || got != value {
			return false
		}
	}
	return true
}
