package faultproxy

import (
	"errors"
	"reflect"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/wallclock"
)

// ErrClosed is what Put returns after Close.
var ErrClosed = errors.New("fault proxy is closed")

// Put brings a rule into force, on open connections too, before it returns. A
// rule with the same ID is replaced: what a delay or a limit held back goes on
// its way, and the evidence is kept when the kind is the same. The very same rule
// again changes nothing. Put fails when the rule is not valid, its deadline has
// passed, or the proxy is closed.
func (p *Proxy) Put(r Rule) error {
	if err := r.Validate(); err != nil {
		return err
	}
	if !r.Deadline.IsZero() && !time.Now().Before(r.Deadline) {
		return errors.New("rule " + r.ID + ": its deadline has passed")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.retiring {
		return ErrClosed
	}
	old := p.rules.Load().find(r.ID)
	if old != nil && same(old.Rule, r) {
		return nil
	}
	p.enforce(r, old)
	return nil
}

// same compares deadlines as moments: one that came through JSON has lost its
// monotonic clock.
func same(a, b Rule) bool {
	if !a.Deadline.Equal(b.Deadline) {
		return false
	}
	a.Deadline, b.Deadline = time.Time{}, time.Time{}
	return reflect.DeepEqual(a, b)
}

// enforce puts a rule in force, in the place of old if there is one. The caller
// holds the lock.
func (p *Proxy) enforce(r Rule, old *activeRule) {
	evidence := new(tally)
	if old != nil && old.Kind == r.Kind {
		evidence = old.tally
	}
	fresh := newActiveRule(r.clone(), evidence)
	set := p.rules.Load()
	if old == nil {
		p.replace(newRuleSet(append(set.without(nil), fresh)), nil)
	} else {
		p.replace(newRuleSet(set.replacing(old, fresh)), old)
	}
	if !r.Deadline.IsZero() {
		fresh.timer = wallclock.AfterFunc(r.Deadline, func() { p.expire(fresh) })
	}
}

// replace makes another set the one in force, lets go of what waits for the rule
// that it leaves out, if any, and stops every session at what it is doing to look
// at the new set. The caller holds the lock.
func (p *Proxy) replace(set *ruleSet, gone *activeRule) {
	old := p.rules.Swap(set)
	if gone != nil {
		gone.end()
	}
	close(old.superseded)
	for s := range p.sessions {
		s.enforceResets(set)
		s.poke()
	}
}

// Remove ends a rule and reports whether it was in force. What the rule held
// back goes on its way at once, in order.
func (p *Proxy) Remove(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.rules.Load().find(id)
	if r == nil {
		return false
	}
	p.lift(r)
	return true
}

// RemoveAll ends all rules at once and returns their evidence. What they held back
// goes on its way, in order.
func (p *Proxy) RemoveAll() []RuleStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.liftAll()
}

// expire ends a rule at its deadline, unless it has gone before.
func (p *Proxy) expire(r *activeRule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed && !r.over() {
		p.lift(r)
	}
}

// lift takes a rule out of force. The caller holds the lock.
func (p *Proxy) lift(r *activeRule) {
	p.replace(newRuleSet(p.rules.Load().without(r)), r)
}

// liftAll is lift for every rule. The evidence is read behind the end, or what was
// touched meanwhile would be missing. The caller holds the lock.
func (p *Proxy) liftAll() []RuleStatus {
	set := p.rules.Load()
	for _, r := range set.all {
		p.lift(r)
	}
	return set.status()
}

// Status lists the rules in force with their evidence, in the order in which
// they were first put. A rule that has ended is no longer there.
func (p *Proxy) Status() []RuleStatus { return p.rules.Load().status() }
