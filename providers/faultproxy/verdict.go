package faultproxy

import (
	"cmp"
	"net"
	"net/http"
	"slices"
	"time"
)

// decide applies the rules to a request.
func (r *requests) decide(raw []byte, h *head) error {
	r.body = requestBody(h)
	r.inBody = r.body.mode != noBody
	hit, edit, err := r.verdict(h)
	if err != nil {
		return err
	}
	if hit != nil {
		return r.refuse(hit, h, raw)
	}
	// When it is not followed any more, it passes all the same.
	_ = r.talk.push(exchange{toHead: h.method == http.MethodHead, connect: h.method == http.MethodConnect, expect: h.expect, edit: edit})
	r.emit(raw)
	return nil
}

// verdict serves the delays of a request and returns the rule that ends it, if
// any, or the first that edits its response. The rules may change while it waits: those that have gone by then do not
// hit it any more, and one that was only changed is asked once.
func (r *requests) verdict(h *head) (hit, edit *activeRule, err error) {
	var asked []*tally
	for {
		rule := nextRule(r.leg.proxy.rules.Load().http, asked)
		if rule == nil {
			return nil, edit, nil
		}
		asked = append(asked, rule.tally)
		if !rule.selects(h) || !picks(rule.Percent, rule.Seed, rule.tally.match()) {
			continue
		}
		if rule.Kind == HTTPBody { // which may find no body, and touches the response
			edit = cmp.Or(edit, rule)
			continue
		}
		if rule.Kind != HTTPDelay {
			return rule, nil, nil
		}
		if err := r.hold(rule); err != nil {
			return nil, nil, err
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
	r.leg.session.touch(rule, 0, 1)
	sleep(r.leg.proxy.clock, at, rule.ended, r.leg.session.done)
	if r.leg.session.over() {
		return net.ErrClosed
	}
	return nil
}

// refuse keeps a request from the upstream and has the ingress side reply, once
// the responses before it are through. Where they are not followed any more, the request
// passes, as there is no place for a reply.
func (r *requests) refuse(rule *activeRule, h *head, raw []byte) error {
	if err := r.flush(); err != nil {
		return err
	}
	if !r.talk.room(r.leg.session.done) {
		return net.ErrClosed
	}
	// A client that waits for 100 Continue may send the body or not, once it has
	// its final response: only closing is unambiguous.
	persists := h.persists() && !h.expect
	ours := &reply{closes: !persists, abort: rule.Kind == HTTPAbort}
	if !ours.abort {
		ours.head, ours.body = answer(rule, h, persists)
	}
	if !r.leg.session.owe(rule, ours) {
		r.emit(raw)
		return nil
	}
	r.dropped = r.inBody
	r.mute = ours.closes || ours.abort
	r.leg.session.poke()
	return nil
}
