package resolve

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/config"
)

// Phases are all phases in which assertions can be judged, in order.
func Phases() []Phase { return []Phase{PhaseBaseline, PhaseFault, PhaseRecovery} }

func (s *scene) asserts() {
	if s.cfg.Steady == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.cfg.Steady.Asserts)) {
		cfg := s.cfg.Steady.Asserts[name]
		s.out.Asserts = append(s.out.Asserts, s.assert(cfg))
	}
}

func (s *scene) assert(cfg *config.Assert) *Assert {
	return &Assert{
		Addr:       s.part("assert", cfg.Name, addr.Key{}),
		Condition:  s.condition(cfg.Condition, cfg.ErrorMessage, cfg.DeclRange),
		Phases:     s.measured(s.phases(cfg.Phases)),
		Window:     s.meta.duration(cfg.Window, "window", 0, positive),
		MinSamples: int(s.meta.whole(cfg.MinSamples, "min_samples", defaultMinSamples, 1, maxWhole)),
		Range:      cfg.DeclRange,
	}
}

func (s *scene) stops() {
	for _, name := range slices.Sorted(maps.Keys(s.cfg.Stops)) {
		cfg := s.cfg.Stops[name]
		condition := s.condition(cfg.Condition, cfg.ErrorMessage, cfg.DeclRange)
		condition.stops = true
		s.out.Stops = append(s.out.Stops, &Stop{
			Addr:       s.part("stop_condition", cfg.Name, addr.Key{}),
			Condition:  condition,
			Window:     s.meta.duration(cfg.Window, "window", 0, positive),
			MinSamples: int(s.meta.whole(cfg.MinSamples, "min_samples", defaultMinSamples, 1, maxWhole)),
			Range:      cfg.DeclRange,
		})
	}
}

// phases evaluates a list of phases; all when it is not set.
func (s *scene) phases(expr hcl.Expression) []Phase {
	given := s.meta.texts(expr, "phases")
	if given == nil {
		if expr != nil {
			s.noPhases(expr)
		}
		return Phases()
	}
	for _, name := range given {
		if !slices.Contains(Phases(), Phase(name)) {
			s.r.diags.errorAt(expr, s.ctx, "Unknown phase", "%s",
				fmt.Sprintf("There is no phase %q.%s", name, suggest(name, []string{"baseline", "fault", "recovery"}, "Available:")))
		}
	}
	return slices.DeleteFunc(Phases(), func(p Phase) bool { return !slices.Contains(given, string(p)) })
}

// measured leaves out the baseline where none is measured, and what follows it where no fault is declared. An assertion that
// names nothing else keeps it, so that plans and reports can say that it is not judged.
func (s *scene) measured(phases []Phase) []Phase {
	there := slices.DeleteFunc(slices.Clone(phases), func(p Phase) bool {
		if p == PhaseBaseline {
			return s.out.Baseline == 0
		}
		return len(s.cfg.Faults) == 0
	})
	if len(there) == 0 {
		return phases
	}
	return there
}

// noPhases reports an empty list; a null one means all.
func (s *scene) noPhases(expr hcl.Expression) {
	value, diags := expr.Value(s.ctx)
	if diags.HasErrors() || value.IsMarked() || value.IsNull() || !value.IsKnown() || !value.CanIterateElements() || value.LengthInt() > 0 {
		return
	}
	s.r.diags.errorAt(expr, s.ctx, "No phases", "An assertion that is judged in no phase cannot fail. Name baseline, fault or recovery, or leave phases out for all three.")
}
