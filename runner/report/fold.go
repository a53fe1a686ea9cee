package report

import "github.com/gameday-dev/gameday/runner/event"

// Fold is the picture that events give together.
func Fold(events []event.Event) *Run {
	run := &Run{}
	for _, e := range events {
		run.Apply(e)
	}
	return run
}

// Apply adds one event. Events of unknown types are left out.
func (r *Run) Apply(e event.Event) {
	if r.Began.IsZero() {
		r.Format, r.ID, r.Began = FormatVersion, e.Run, e.Time
	}
	r.Ended = e.Time
	r.lives(e)
	switch body := e.Body.(type) {
	case event.RunStarted:
		r.Started = &body
		for _, address := range body.Experiments {
			r.experiment(address)
		}
	case event.Notice:
		r.applyNotice(body)
	case event.SuiteFinished:
		r.Suites = append(r.Suites, body)
	case event.Interrupted:
		r.Signals = append(r.Signals, body)
	case event.RunFinished:
		r.finish(body)
	default:
		r.applyEnvironment(e)
		r.applyExperiment(e)
	}
}

// lives keeps the time of the newest event that only the run itself can have told:
// what recover tells may come days later.
func (r *Run) lives(e event.Event) {
	switch e.Body.(type) {
	case event.FaultReverting, event.FaultReverted, event.EnvironmentStopped, event.Notice, event.RunFinished:
	default:
		r.lived = e.Time
	}
}

// finish takes the newest end for how things stand. That of recover, which counts
// nothing, knows neither how long the run took nor what its experiments came to.
func (r *Run) finish(body event.RunFinished) {
	switch {
	case body.Counts != nil:
	case r.Finished != nil:
		body.Seconds, body.Counts = r.Finished.Seconds, r.Finished.Counts
	case r.Started != nil:
		body.Seconds, body.Counts = max(0, r.lived.Sub(r.Began).Seconds()), r.Counts()
	}
	r.Finished = &body
}

func (r *Run) applyNotice(body event.Notice) {
	if body.Experiment == "" {
		r.Notices = append(r.Notices, body)
		return
	}
	x := r.experiment(body.Experiment)
	x.Notices = append(x.Notices, body)
}

func (r *Run) applyEnvironment(e event.Event) {
	switch body := e.Body.(type) {
	case event.EnvironmentStarting:
		env := r.environment(body.Environment)
		*env = Environment{Address: body.Environment, Source: body.Source, Step: body.Summary}
	case event.EnvironmentProgress:
		r.environment(body.Environment).Step = body.Step
	case event.EnvironmentReady:
		r.environment(body.Environment).Ready = &body
	case event.EnvironmentFailed:
		env := r.environment(body.Environment)
		env.Failed = &body
		learn(&env.Source, body.Source)
	case event.EnvironmentStopped:
		env := r.environment(body.Environment)
		env.Stopped = &body
		learn(&env.Source, body.Source)
	}
}

func (r *Run) environment(address string) *Environment {
	for _, env := range r.Environments {
		if env.Address == address {
			return env
		}
	}
	env := &Environment{Address: address}
	r.Environments = append(r.Environments, env)
	return env
}

func (r *Run) experiment(address string) *Experiment {
	if x := r.Experiment(address); x != nil {
		return x
	}
	if r.byAddress == nil {
		r.byAddress = map[string]*Experiment{}
	}
	x := &Experiment{Address: address}
	r.byAddress[address] = x
	r.Experiments = append(r.Experiments, x)
	return x
}

// learn keeps the first place that is known.
func learn(known *event.Source, source event.Source) {
	if known.File == "" {
		*known = source
	}
}
