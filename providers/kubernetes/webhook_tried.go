package kubernetes

import (
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// finding compares the requests. That the other one is answered at once tells a webhook that
// is late from an API server that is, and that the webhook is reached tells its latency from
// the time that the API server waits for a webhook in vain.
func (t tried) finding(namespace string, a admission) finding {
	f := finding{target: namespace, state: providers.Active}
	switch {
	case a.Mode == modeDelay && t.slow(a):
		f.detail = fmt.Sprintf("a request that is not delayed takes %s, too long to compare", t.control.Round(time.Millisecond))
	case a.Mode == modeDelay && !t.hit(a):
		f.detail = "a request is not delayed so far"
	case !t.hit(a):
		f.detail = "a request is not refused so far"
	case a.Mode == modeReject:
		f.facts = []providers.Fact{{Name: "request_refused", Text: t.words(namespace, a), Value: 1, Unit: "requests"}}
	case !t.reached:
		f.detail = t.words(namespace, a) + ", but the webhook, which answers one of them at once, did not: the API server may not reach it, and then requests are late by more than was asked"
	case t.tooLate(a):
		f.detail = fmt.Sprintf("%s: it is late by more than the %s that were asked for", t.words(namespace, a), a.Latency)
	default:
		f.facts = []providers.Fact{{Name: "request_delayed", Text: t.words(namespace, a), Value: t.waited().Seconds(), Unit: "s"}}
	}
	return f
}

// hit reports whether the fault shows on the request that is meant for it, however much.
func (t tried) hit(a admission) bool {
	if a.Mode == modeReject {
		return t.refused
	}
	return !t.slow(a) && (!t.answered || t.took >= a.Latency)
}

// slow reports whether the API server takes too long by itself to tell.
func (t tried) slow(a admission) bool { return t.control >= min(a.Latency, triedFor)/2 }

// tooLate reports whether the latency and a busy server do not explain what a request took.
func (t tried) tooLate(a admission) bool { return t.waited() > a.Latency+lateMargin+2*t.control }

// waited is how long the request took, or was waited for.
func (t tried) waited() time.Duration {
	if t.answered {
		return t.took
	}
	return triedFor
}

// words say what became of a request that was hit.
func (t tried) words(namespace string, a admission) string {
	quick := t.control.Round(time.Millisecond)
	switch {
	case a.Mode == modeReject:
		return "the API server refuses a request in " + namespace
	case !t.answered:
		return fmt.Sprintf("a request in %s has no answer after %s, one that is not delayed has after %s", namespace, triedFor, quick)
	}
	return fmt.Sprintf("a request in %s takes %s, one that is not delayed %s", namespace, t.took.Round(time.Millisecond), quick)
}
