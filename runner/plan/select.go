package plan

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// selection is what -target left of a configuration.
type selection struct {
	experiments []*resolve.Experiment // in the order of their run
	suites      []*resolve.Suite
}

// choose picks what targets name: experiments, suites, whole modules, together
// with the experiments that those depend on.
func choose(r *resolve.Resolved, targets []string) (selection, hcl.Diagnostics) {
	if len(targets) == 0 {
		return selection{r.Experiments, r.Suites}, nil
	}
	picked := map[string]bool{}
	var named []*resolve.Suite
	var diags hcl.Diagnostics
	for _, text := range targets {
		found, suites, diag := match(r, text)
		if diag != nil {
			diags = append(diags, diag)
		}
		for _, address := range found {
			picked[address] = true
		}
		named = append(named, suites...)
	}
	addDependencies(r, picked)
	if len(named) == 0 {
		named = r.Suites
	}
	return keep(r, picked, named), diags
}

// match lists the addresses of the experiments that a target names, and the
// suites.
func match(r *resolve.Resolved, text string) ([]string, []*resolve.Suite, *hcl.Diagnostic) {
	t, err := addr.ParseTarget(text)
	switch {
	case err != nil:
		return nil, nil, targetError("Invalid target", sentence("-target: "+err.Error()))
	case t.Kind == "environment":
		return nil, nil, targetError("Invalid target", environmentTarget(text))
	}
	found, suites, known := covered(r, t)
	switch {
	case !known:
		return nil, nil, targetError("Unknown target", unknownTarget(r, text))
	case len(found) == 0:
		return nil, nil, targetError("Empty target", text+" has no experiments, so there is nothing to plan.")
	}
	return found, suites, nil
}

// covered lists the experiments that a target names, by themselves or through
// a suite, with the suites, and reports whether it names anything at all.
func covered(r *resolve.Resolved, t addr.Target) (found []string, suites []*resolve.Suite, known bool) {
	for _, e := range r.Experiments {
		if t.Matches(e.Addr) {
			found, known = append(found, e.Addr.String()), true
		}
	}
	for _, s := range r.Suites {
		if t.Matches(s.Addr) {
			found, suites, known = append(found, s.Experiments...), append(suites, s), true
		}
	}
	return found, suites, known
}

// addDependencies adds what the picked experiments depend on, at any distance.
func addDependencies(r *resolve.Resolved, picked map[string]bool) {
	byAddress := make(map[string]*resolve.Experiment, len(r.Experiments))
	for _, e := range r.Experiments {
		byAddress[e.Addr.String()] = e
	}
	var open []string
	for address := range picked {
		open = append(open, address)
	}
	for len(open) > 0 {
		e := byAddress[open[len(open)-1]]
		open = open[:len(open)-1]
		if e == nil {
			continue
		}
		for _, dep := range e.DependsOn {
			if !picked[dep] {
				picked[dep] = true
				open = append(open, dep)
			}
		}
	}
}

// keep reduces a configuration to the picked experiments, and to those suites,
// the named ones where some were named, of which none is missing: the gate of a
// part would judge what it was not written for.
func keep(r *resolve.Resolved, picked map[string]bool, named []*resolve.Suite) selection {
	var s selection
	for _, e := range r.Experiments {
		if picked[e.Addr.String()] {
			s.experiments = append(s.experiments, e)
		}
	}
	for _, suite := range r.Suites {
		if slices.Contains(named, suite) && whole(suite, picked) {
			s.suites = append(s.suites, suite)
		}
	}
	return s
}

func whole(s *resolve.Suite, picked map[string]bool) bool {
	for _, address := range s.Experiments {
		if !picked[address] {
			return false
		}
	}
	return len(s.Experiments) > 0
}

func targetError(summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail}
}
