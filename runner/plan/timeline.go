package plan

import (
	"time"

	"github.com/gameday-dev/gameday/schema/resolve"
)

// starts says when each fault is injected, counted from the beginning of the
// fault phase: once everything it depends on is active, and its own delay has
// passed. Becoming active is taken to cost no time, as only the run can tell.
func starts(faults []*resolve.Fault) []time.Duration {
	t := timeline{
		faults: faults,
		byName: indexFaults(faults),
		start:  make([]time.Duration, len(faults)),
		state:  make([]visit, len(faults)),
	}
	for i := range faults {
		t.visit(i)
	}
	return t.start
}

// timeline is a depth-first walk over the faults of one experiment.
type timeline struct {
	faults []*resolve.Fault
	byName map[string][]int
	start  []time.Duration
	state  []visit
}

// visit is how far the walk has come with a fault.
type visit int

const (
	unvisited visit = iota
	visiting
	visited
)

// visit leaves a fault that is being visited alone: a cycle, which resolve
// reports with its ranges, must not become an endless recursion here.
func (t *timeline) visit(i int) time.Duration {
	if t.state[i] != unvisited {
		return t.start[i]
	}
	t.state[i] = visiting
	var ready time.Duration
	for _, name := range t.faults[i].DependsOn {
		for _, dep := range t.byName[name] {
			ready = max(ready, t.visit(dep))
		}
	}
	t.start[i] = ready + t.faults[i].Delay
	t.state[i] = visited
	return t.start[i]
}

// indexFaults finds faults by their local address. A name without a key stands
// for all instances of a for_each.
func indexFaults(faults []*resolve.Fault) map[string][]int {
	byName := make(map[string][]int, len(faults))
	for i, f := range faults {
		local := f.Addr.Local()
		byName[local] = append(byName[local], i)
		if f.Addr.Key.Set {
			all := f.Addr.Kind + "." + f.Addr.Name
			byName[all] = append(byName[all], i)
		}
	}
	return byName
}

// schedule is the fault phase of an experiment in time, from its beginning.
type schedule struct {
	start     []time.Duration // of each fault, in the order of the experiment's
	lastStart time.Duration
	end       time.Duration // of the last one to end
}

func newSchedule(faults []*resolve.Fault) schedule {
	s := schedule{start: starts(faults)}
	for i, f := range faults {
		s.lastStart = max(s.lastStart, s.start[i])
		s.end = max(s.end, s.start[i]+f.Duration)
	}
	return s
}

// phases lays the phases of an experiment out in time. Reverting is taken to
// cost none. An experiment without faults has nothing to inject, hold or revert, and
// one without a baseline begins with what comes next.
func phases(e *resolve.Experiment, s schedule) []Phase {
	var out []Phase
	if e.Baseline > 0 {
		out = append(out, Phase{"baseline", e.Baseline.Seconds()})
	}
	if len(e.Faults) > 0 {
		out = append(out, Phase{"inject", s.lastStart.Seconds()}, Phase{"hold", (s.end - s.lastStart).Seconds()}, Phase{"revert", 0})
	}
	return append(out, Phase{"recovery", RecoveryHold(e).Seconds()})
}

// longest is how long an experiment takes if it uses every time that the
// configuration allows it: the rollback's time-out, the whole wait for the
// steady state, and the last samples' time-outs.
func longest(e *resolve.Experiment, end time.Duration) time.Duration {
	total := e.Baseline + end + e.Recovery.Within + RecoveryHold(e)
	if len(e.Rollback.Actions) > 0 {
		total += e.Rollback.Timeout
	}
	var drain time.Duration
	for _, p := range e.Probes {
		drain = max(drain, p.Timeout)
	}
	for _, l := range e.Loads {
		drain = max(drain, l.Timeout)
	}
	return total + drain
}
