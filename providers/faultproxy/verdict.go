package faultproxy

import (
	"net"
	"net/http"
	"slices"
	"time"
)

// decide applies the rules to a request.
func (r *requests) decide(raw []byte, h *head) error {
	r.body = requestBody(h)
	r.inBody = r.body.mode != noBody
	hit, err := r.verdict(h)
	if err != nil {
		return err
	}
	if hit != nil {
		return r.refuse(hit, h)
	}
	// When it is not followed any more, it passes all the same.
	_ = r.talk.push(exchange{toHead: h.method == http.MethodHead, connect: h.method == http.MethodConnect, expect: h.expect})
	r.emit(raw)
	return nil
}

// verdict serves the delays of a request and returns the rule that ends it, if
// any. The rules may change while it waits: those that have gone by then do not
// hit it any more, and one that was only changed is asked once.
func (r *requests) verdict(h *head) (*activeRule, error) {
	var asked []*tally
	for {
		rule := nextRule(r.leg.proxy.rules.Load().http, asked)
		if rule == nil {
			return nil, nil
		}
		asked = append(asked, rule.tally)
		if !rule.selects(h) || !picks(rule.Percent, rule.Seed, rule.tally.match()) {
			continue
		}
		r.leg.session.touch(rule, 0, 1)
		if rule.Kind != HTTPDelay {
			return rule, nil
		}
		if err := r.hold(rule); err != nil {
			return nil, err
		}
	}
}

// nextRule is the first of the rules that has not been asked.
func nextRule(rules []*activeRule, asked []*tally) *activeRule {
	for _, rule := range rules {
		if !slices.Contains(asked, rule.tally) {
			return rule
		}
	}
	return nil
}

// hold waits for as long as a delay says, or until it is lifted. What came
// before the request does not wait with it.
func (r *requests) hold(rule *activeRule) error {
	at := time.Now().Add(rule.delays.next())
	if err := r.flush(); err != nil {
		return err
	}
	sleep(r.leg.proxy.clock, at, rule.ended, r.leg.session.done)
	if r.leg.session.over() {
		return net.ErrClosed
	}
	return nil
}

// refuse keeps a request from the upstream and has the ingress side reply, once
// the responses before it are through.
func (r *requests) refuse(rule *activeRule, h *head) error {
	// A client that waits for 100 Continue may send the body or not, once it has
	// its final response: only closing is unambiguous.
	persists := h.persists() && !h.expect
	ours := &reply{closes: !persists}
	if rule.Kind == HTTPAbort {
		ours.abort = true
	} else {
		ours.data = answer(rule, h, persists)
	}
	r.dropped = r.inBody
	r.mute = !persists || ours.abort
	if err := r.flush(); err != nil {
		return err
	}
	if !r.talk.room(r.leg.session.done) {
		return net.ErrClosed
	}
	if !r.talk.push(exchange{ours: ours}) {
		return r.abort() // no more place in the order of responses
	}
	r.leg.session.poke()
	return nil
}
