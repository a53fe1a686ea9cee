//go:build linux

package supervisor

import (
	"context"
	"errors"
	"fmt"

	"github.com/gameday-dev/gameday/providers/faultproxy"
)

// linkRule puts a rule on links. The rule carries the fault's deadline, so the
// proxy would end it even if the fault's own timer were late.
type linkRule struct {
	rule  faultproxy.Rule
	names []string
	owned *links
}

func newLinkRule(owned *links, spec FaultSpec) (*linkRule, error) {
	if spec.Rule == nil {
		return nil, errors.New("a fault on links needs a rule")
	}
	rule := *spec.Rule
	rule.ID, rule.Deadline = spec.ID, spec.Deadline
	return &linkRule{rule: rule, names: spec.Links, owned: owned}, nil
}

func (e *linkRule) inject(context.Context) error {
	for _, name := range e.names {
		l, err := e.owned.named(name)
		if err != nil {
			return err
		}
		if err := l.proxy.Put(e.rule); err != nil {
			return fmt.Errorf("link %s: %w", name, err)
		}
	}
	return nil
}

func (e *linkRule) revert(context.Context) error {
	for _, name := range e.names {
		if l, err := e.owned.named(name); err == nil {
			l.proxy.Remove(e.rule.ID)
		}
	}
	return nil
}

func (e *linkRule) status(status *FaultStatus) {
	for _, name := range e.names {
		l, err := e.owned.named(name)
		if err != nil {
			continue
		}
		for _, inForce := range l.proxy.Status() {
			if inForce.Rule.ID == e.rule.ID {
				status.Rules = append(status.Rules, RuleInForce{Link: name, Stats: inForce.Stats})
			}
		}
	}
}
