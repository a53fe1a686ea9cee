package report

import "github.com/gameday-dev/gameday/runner/event"

// Untold is what speaks against the experiment and no part of it tells, as a load that was not sent or a stop
// condition that was never judged: reports tell each by itself, whatever the verdict is. There is none in events of
// before findings were told.
func (x *Experiment) Untold() []event.Finding {
	if x.Finished == nil {
		return nil
	}
	return x.Finished.Untold()
}

// Reasons are why the experiment has its verdict, for where nothing else shows it. Without findings nobody knows which
// of the reasons are those of the verdict: they are all.
func (x *Experiment) Reasons() []string {
	if x.Finished == nil {
		return nil
	}
	if len(x.Finished.Findings) == 0 {
		return x.Finished.Reasons
	}
	var reasons []string
	for _, f := range x.Finished.Findings {
		if f.Verdict == x.Finished.Verdict {
			reasons = append(reasons, f.Reason)
		}
	}
	return reasons
}

// Refer shortens what an experiment says of an environment that did not come up:
// that has a problem of its own, which says the same.
func (r *Run) Refer(reason string) string {
	for _, env := range r.Environments {
		if env.Failed != nil && reason == env.Failed.Error {
			return env.Address + " did not come up."
		}
	}
	return reason
}

// untoldProblem is a finding that no part tells.
func (x *Experiment) untoldProblem(f event.Finding) Problem {
	p := Problem{Owner: x.Address, Title: x.Address + " · ", Verdict: f.Verdict, Message: f.Reason, Source: f.Source}
	if f.About != "" {
		p.Title += f.About + " · "
	}
	p.Title += string(f.Verdict)
	learn(&p.Source, x.Source)
	p.Detail = place(p.Source)
	return p
}
