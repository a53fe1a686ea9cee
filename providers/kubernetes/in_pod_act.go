package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// podsAtOnce is how many agents are spoken to at the same time.
const podsAtOnce = 50

// standBy puts agents into pods before anything is measured.
func (s *session) standBy(ctx context.Context, pods []claim.PodStep, wait time.Duration) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(podsAtOnce)
	for _, step := range pods {
		group.Go(func() error {
			_, err := s.residents.Ensure(ctx, s.Cluster, step, wait)
			return err
		})
	}
	return group.Wait()
}

// inject gives the fault to the agent of every pod.
func (f inPod) inject(ctx context.Context, i injection) error {
	i.session.addresses.add(i.record.ID, i.record.Address)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(podsAtOnce)
	for n, step := range i.pods {
		group.Go(func() error {
			fault, err := f.asked(ctx, i, step, i.record.Targets[n])
			if err != nil {
				return fmt.Errorf("pod %s: %w", i.record.Targets[n].Name, err)
			}
			return i.session.residents.Inject(ctx, i.session.Cluster, step, i.record.ID, fault)
		})
	}
	return i.session.addresses.explain(group.Wait())
}

// asked is what the agent in one pod is asked to do.
func (f inPod) asked(ctx context.Context, i injection, step claim.PodStep, t providers.Target) (wire.Fault, error) {
	pod, err := i.session.pod(ctx, t)
	if err != nil {
		return wire.Fault{}, err
	}
	made, err := f.spec(ctx, site{session: i.session, config: i.config, pod: pod, hosted: step.Host.Name != "", seed: i.seed})
	if err != nil {
		return wire.Fault{}, err
	}
	text, err := encode(made)
	return wire.Fault{Engine: f.engine, Deadline: i.record.Deadline, Spec: text}, err
}

// undoPods reverts in every pod at the same time.
func (s *session) undoPods(ctx context.Context, id string, pods []claim.PodStep, deadline time.Time) error {
	failed := make([]error, len(pods))
	var group errgroup.Group
	group.SetLimit(podsAtOnce)
	for n, step := range pods {
		group.Go(func() error {
			failed[n] = s.residents.Revert(ctx, s.Cluster, step, id, deadline)
			return nil
		})
	}
	_ = group.Wait() // every error is told by itself
	return errors.Join(failed...)
}

// observe asks the agents, who look at the kernel and at what they run.
func (inPod) observe(ctx context.Context, l look) ([]finding, error) {
	replies, err := l.replies(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]finding, len(replies))
	for n, r := range replies {
		out[n] = foundBy(r, l.record.Targets[n].Name)
	}
	return out, nil
}

// foundBy is what the agent in a target has said of the fault.
func foundBy(r wire.Reply, name string) finding {
	f := finding{target: name, state: providers.Absent, detail: r.Detail}
	switch r.State {
	case wire.Active:
		f.state = providers.Active
	case wire.Left, wire.Partial:
		f.state = providers.Partial
	}
	for _, fact := range r.Facts {
		f.facts = append(f.facts, providers.Fact{Name: fact.Name, Text: name + ": " + fact.Text, Value: fact.Value, Unit: fact.Unit})
	}
	if f.state == providers.Active && len(r.Facts) == 0 && r.Detail == "" {
		f.detail = "nothing that it acts on has been seen yet"
	}
	return f
}

func (l look) replies(ctx context.Context) ([]wire.Reply, error) {
	replies := make([]wire.Reply, len(l.pods))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(podsAtOnce)
	for n, step := range l.pods {
		group.Go(func() (err error) {
			replies[n], err = l.session.residents.Status(ctx, l.session.Cluster, step, l.record.ID, l.record.Deadline)
			return err
		})
	}
	return replies, group.Wait()
}

// settled asks once more: nothing may be left in any pod.
func (inPod) settled(ctx context.Context, l look) (string, error) {
	replies, err := l.replies(ctx)
	if err != nil {
		return "", err
	}
	var left []string
	for n, r := range replies {
		if r.State != wire.Absent {
			left = append(left, strings.TrimSuffix(fmt.Sprintf("pod %s: the fault is still there: %s", l.record.Targets[n].Name, r.Detail), ": "))
		}
	}
	return strings.Join(left, "; "), nil
}
