package plan

import (
	"time"

	"github.com/gameday-dev/gameday/schema/resolve"
)

// starts says when each fault is injected, counted from the beginning of the
// fault phase: once everything it depends on is active, and its own delay has
// passed. How long a fault takes to become active only the run can tell: active says
// what it is taken for.
func starts(faults []*resolve.Fault, active func(*resolve.Fault) time.Duration) []time.Duration {
	t := timeline{
		faults: faults,
		active: active,
		byName: indexFaults(faults),
		start:  make([]time.Duration, len(faults)),
		state:  make([]visit, len(faults)),
	}
	for i := range faults {
		t.visit(i)
	}
	return t.start
}

// atOnce is the least that a fault takes to become active.
func atOnce(*resolve.Fault) time.Duration { return 0 }

// atItsEnd is the most: one that has shown no evidence by then never becomes active.
func atItsEnd(f *resolve.Fault) time.Duration { return f.Duration }

// timeline is a depth-first walk over the faults of one experiment.
type timeline struct {
	faults []*resolve.Fault
	active func(*resolve.Fault) time.Duration
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
			ready = max(ready, t.visit(dep)+t.active(t.faults[dep]))
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
	latest    time.Duration // for that, if each becomes active only at its end
}

func newSchedule(faults []*resolve.Fault) schedule {
	s := schedule{start: starts(faults, atOnce)}
	latest := starts(faults, atItsEnd)
	for i, f := range faults {
		s.lastStart = max(s.lastStart, s.start[i])
		s.end = max(s.end, s.start[i]+f.Duration)
		s.latest = max(s.latest, latest[i]+f.Duration)
	}
	return s
}

// phases lays the phases of an experiment out in time. Reverting is taken to
// cost none. An experiment without faults is over after its baseline, as there is
// nothing to recover from, and one without a baseline begins with what comes next.
func phases(e *resolve.Experiment, s schedule) []Phase {
	out := []Phase{}
	if e.Baseline > 0 {
		out = append(out, Phase{"baseline", e.Baseline.Seconds()})
	}
	if len(e.Faults) == 0 {
		return out
	}
	return append(out, Phase{"inject", s.lastStart.Seconds()}, Phase{"hold", (s.end - s.lastStart).Seconds()},
		Phase{"revert", 0}, Phase{"recovery", RecoveryHold(e).Seconds()})
}

// expected is how long the phases take.
func expected(e *resolve.Experiment, s schedule) time.Duration {
	if len(e.Faults) == 0 {
		return e.Baseline
	}
	return e.Baseline + s.end + RecoveryHold(e)
}

// longest is how long an experiment takes if it uses every time that the
// configuration allows it: the wait for what faults depend on, the rollback's time-out,
// the whole wait for the steady state, and the time-outs of the last samples of the
// baseline and of the recovery. What putting faults in place and reverting them takes
// is up to their providers and comes on top.
func longest(e *resolve.Experiment, s schedule) time.Duration {
	var total time.Duration
	if e.Baseline > 0 {
		total = e.Baseline + drain(e)
	}
	if len(e.Faults) == 0 {
		return total
	}
	if len(e.Rollback.Actions) > 0 {
		total += e.Rollback.Timeout
	}
	return total + s.latest + e.Recovery.Within + RecoveryHold(e) + drain(e)
}

// drain is how long the answers to the last samples of a phase may take.
func drain(e *resolve.Experiment) time.Duration {
	var most time.Duration
	for _, p := range e.Probes {
		most = max(most, p.Timeout)
	}
	for _, l := range e.Loads {
		most = max(most, l.Timeout)
	}
	return most
}
