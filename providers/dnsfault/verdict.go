package dnsfault

import "time"

// verdict is what becomes of a message.
type verdict struct {
	acting *ruling // nil: forward it
	name   string  // canonical, where a rule acts
}

// swallow reports that there is no answer at all.
func (v verdict) swallow() bool { return v.acting.rule.RCode == Timeout }

// see counts a message and finds the rule that answers it.
func (r *Running) see(message []byte) verdict {
	r.counters.queries.Add(1)
	q, ok := readQuestion(message)
	if !ok {
		r.counters.malformed.Add(1)
		return verdict{}
	}
	if !r.active() {
		return verdict{}
	}
	acting, matched := judge(r.rulings, q)
	if matched {
		r.counters.matched.Add(1)
	}
	return verdict{acting, q.name}
}

// answered is evidence of an effect, counted once it is one.
func (r *Running) answered(v verdict) {
	r.counters.answered.Add(1)
	v.acting.tally.answer(v.name, time.Now())
}
