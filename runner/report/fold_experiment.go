package report

import "github.com/gameday-dev/gameday/runner/event"

func (r *Run) applyExperiment(e event.Event) {
	switch body := e.Body.(type) {
	case event.ExperimentStarted:
		x := r.touch(body.Experiment, e)
		x.Started, x.Source, x.Began = &body, body.Source, e.Time
	case event.ExperimentFinished:
		x := r.touch(body.Experiment, e)
		x.Finished = &body
		learn(&x.Source, body.Source)
	case event.Progress:
		x := r.touch(body.Experiment, e)
		x.Progress, x.ProgressAt = &body, e.Time
	case event.PhaseStarted:
		x := r.touch(body.Experiment, e)
		x.Phases = append(x.Phases, &Phase{Name: body.Phase, Began: e.Time, Expected: body.Expected})
	case event.PhaseEnded:
		r.touch(body.Experiment, e).endPhase(body)
	case event.AssertionJudged:
		a := r.touch(body.Experiment, e).assertion(body.Assertion)
		a.Judgements = append(a.Judgements, body)
		learn(&a.Source, body.Source)
	case event.StopTriggered:
		x := r.touch(body.Experiment, e)
		x.Stops = append(x.Stops, body)
	case event.ActionFinished:
		x := r.touch(body.Experiment, e)
		x.Actions = append(x.Actions, body)
	case event.Recovered:
		r.touch(body.Experiment, e).Recovered = &body
	default:
		r.applyFault(e)
	}
	r.begin(e)
}

// touch finds the experiment of an event that is its own.
func (r *Run) touch(address string, e event.Event) *Experiment {
	x := r.experiment(address)
	x.Last = e.Time
	return x
}

func (r *Run) applyFault(e event.Event) {
	switch body := e.Body.(type) {
	case event.FaultPlanned: // it may never be injected, so that there is no Fault yet
		x := r.experiment(body.Experiment)
		x.Planned = append(x.Planned, body)
	case event.FaultInjecting:
		f := r.experiment(body.Experiment).fault(body.Fault)
		f.Injecting, f.Source = &body, body.Source
	case event.FaultInjected:
		r.experiment(body.Experiment).fault(body.Fault).Injected = &body
	case event.FaultActive:
		r.experiment(body.Experiment).fault(body.Fault).Active = &body
	case event.FaultFailed:
		f := r.experiment(body.Experiment).fault(body.Fault)
		f.Failed = &body
		learn(&f.Source, body.Source)
	case event.FaultProven:
		f := r.experiment(body.Experiment).fault(body.Fault)
		f.Proven = &body
		learn(&f.Source, body.Source)
	case event.FaultReverted:
		f := r.experiment(body.Experiment).fault(body.Fault)
		f.Reverted = &body
		learn(&f.Source, body.Source)
	}
}

// begin takes an experiment as started by its first phase too, should the
// stream lack its start.
func (r *Run) begin(e event.Event) {
	if body, ok := e.Body.(event.PhaseStarted); ok {
		if x := r.experiment(body.Experiment); x.Began.IsZero() {
			x.Began = e.Time
		}
	}
}

func (x *Experiment) endPhase(body event.PhaseEnded) {
	for _, phase := range x.Phases {
		if phase.Name == body.Phase && !phase.Done {
			phase.Done, phase.Seconds = true, body.Seconds
			return
		}
	}
}

func (x *Experiment) assertion(address string) *Assertion {
	for _, a := range x.Assertions {
		if a.Address == address {
			return a
		}
	}
	a := &Assertion{Address: address}
	x.Assertions = append(x.Assertions, a)
	return a
}

func (x *Experiment) fault(address string) *Fault {
	for _, f := range x.Faults {
		if f.Address == address {
			return f
		}
	}
	f := &Fault{Address: address}
	x.Faults = append(x.Faults, f)
	return f
}

// Seconds is how long the experiment took, or how long it went on as far as is
// known.
func (x *Experiment) Seconds() float64 {
	switch {
	case x.Finished != nil:
		return x.Finished.Seconds
	case x.Began.IsZero() || x.Last.Before(x.Began):
		return 0
	default:
		return x.Last.Sub(x.Began).Seconds()
	}
}
