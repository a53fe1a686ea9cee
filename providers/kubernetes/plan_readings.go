package kubernetes

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/access"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// readings are what plans read of a cluster beside its world: once for all faults.
type readings struct {
	rights access.Checker

	mu     sync.Mutex // held while claims are read
	claims map[bool]claims
}

// claims are those in the fence, or those on the cluster as a whole.
type claims struct {
	all []claim.Held
	at  time.Time
}

func (r *readings) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.claims = nil
}

// held are the claims in the fence, or those on what lies in no namespace, not
// older than a moment.
func (s *session) held(ctx context.Context, ofCluster bool, notOlder time.Duration) ([]claim.Held, error) {
	s.plans.mu.Lock()
	defer s.plans.mu.Unlock()
	if known := s.plans.claims[ofCluster]; time.Since(known.at) < notOlder {
		return known.all, nil
	}
	where := s.Access.Namespaces
	if ofCluster {
		where = []string{claim.ClusterNamespace}
	}
	all, err := claim.Store{API: s.API}.List(ctx, where...)
	if err != nil {
		return nil, err
	}
	if s.plans.claims == nil {
		s.plans.claims = map[bool]claims{}
	}
	s.plans.claims[ofCluster] = claims{all, time.Now()}
	return all, nil
}

// holders warns of runs that have claimed what a fault would act on. That they
// have ended when the plan is applied is likely, so it is no error yet: the
// injection refuses what is held then.
func (f *fault) holders(ctx context.Context, p *planning, notOlder time.Duration) providers.Diagnostics {
	held, err := p.session.held(ctx, !f.namespaced(), notOlder)
	if err != nil {
		return providers.Warningf(nil, "Other runs are not known", "Whether another run holds the targets could not be read: %s.", err)
	}
	var diags providers.Diagnostics
	for _, h := range held {
		if what := sharedWith(*p.plan, h.Claim); what != "" {
			diags = append(diags, providers.Warningf(nil, "Held by another run",
				"Run %s has claimed %s for %s (%s)%s", h.Claim.Run, what, h.Claim.Address, h.Claim.Type, until(h.Claim.Deadline, time.Now()))...)
		}
	}
	return diags
}

func until(deadline, now time.Time) string {
	if now.Before(deadline) {
		return fmt.Sprintf(" until %s at the latest. As long as it does, apply is refused.", deadline.UTC().Format(time.RFC3339))
	}
	return ", and its deadline has passed: apply undoes that fault first. To undo it now, run gameday sweep."
}

// sharedWith names a lock or a target that a claim holds and a plan needs.
func sharedWith(plan providers.FaultPlan, c claim.Claim) string {
	locks := map[string]bool{}
	for _, lock := range plan.Locks {
		locks[lock] = true
	}
	for _, lock := range c.Locks {
		if locks[lock] {
			return lock
		}
	}
	uids := map[string]bool{}
	for _, t := range plan.ActsOn() {
		uids[t.UID] = t.UID != ""
	}
	for _, t := range c.Targets {
		if uids[t.UID] {
			return t.Kind + "/" + t.Name
		}
	}
	return ""
}
