package kubernetes

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// atOnce is how many targets are read or changed at the same time: a look has a
// second for all of them.
const atOnce = 20

// changing is what most faults share: each target is one object that is edited,
// and whose undo stands in the object itself.
type changing struct{ settlesAtOnce }

func (changing) intend(_ context.Context, p preparation) (intent, error) {
	steps, err := restoring(p.targets)
	return intent{steps: steps}, err
}

// restoring are the steps of targets that are edited.
func restoring(targets []providers.Target) ([]undo.Step, error) {
	var steps []undo.Step
	for _, t := range targets {
		path, err := pathOf(t)
		if err != nil {
			return nil, err
		}
		steps = append(steps, undo.Step{Kind: undo.Restore, Path: path, UID: t.UID})
	}
	return steps, nil
}

// restoreOf finds the step of a target that is edited.
func restoreOf(steps []undo.Step, t providers.Target) (undo.Step, error) {
	path, err := pathOf(t)
	if err != nil {
		return undo.Step{}, err
	}
	for _, step := range steps {
		if step.Kind == undo.Restore && step.Path == path {
			return step, nil
		}
	}
	return undo.Step{}, fmt.Errorf("the record holds no undo of %s/%s", t.Kind, t.Name)
}

// change edits every target.
func (i injection) change(ctx context.Context, edits func(t providers.Target) ([]undo.Edit, error)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, t := range i.record.Targets {
		group.Go(func() error {
			step, err := restoreOf(i.steps, t)
			if err != nil {
				return err
			}
			changes, err := edits(t)
			if err != nil {
				return err
			}
			if err := i.session.API.Change(ctx, i.record.ID, step, changes); err != nil {
				return fmt.Errorf("change %s/%s: %w", t.Kind, t.Name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// each looks at every target whose change is in place; the others are absent. A
// finding without a state is of one that is active.
func (l look) each(ctx context.Context, at func(ctx context.Context, t providers.Target) (finding, error)) ([]finding, error) {
	out := make([]finding, len(l.record.Targets))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for n, t := range l.record.Targets {
		group.Go(func() (err error) {
			out[n], err = l.one(ctx, t, at)
			out[n].target = t.Name
			return err
		})
	}
	return out, group.Wait()
}

func (l look) one(ctx context.Context, t providers.Target, at func(ctx context.Context, t providers.Target) (finding, error)) (finding, error) {
	absent := finding{state: providers.Absent}
	step, err := restoreOf(l.steps, t)
	if err != nil {
		return absent, err
	}
	state, err := l.session.API.State(ctx, l.record.ID, step)
	if err != nil || state != undo.Present {
		return absent, err
	}
	f, err := at(ctx, t)
	if f.state == "" {
		f.state = providers.Active
	}
	return f, err
}

// resource is how a kind of target is reached over HTTP.
type resource struct {
	prefix, plural string
	namespaced     bool
}

func resources() map[string]resource {
	return map[string]resource{
		"pod":                   {"/api/v1", "pods", true},
		"node":                  {"/api/v1", "nodes", false},
		"namespace":             {"/api/v1", "namespaces", false},
		"service":               {"/api/v1", "services", true},
		"configmap":             {"/api/v1", "configmaps", true},
		"secret":                {"/api/v1", "secrets", true},
		"persistentvolumeclaim": {"/api/v1", "persistentvolumeclaims", true},
		"deployment":            {"/apis/apps/v1", "deployments", true},
		"statefulset":           {"/apis/apps/v1", "statefulsets", true},
	}
}

// pathOf is where a target stands in the API.
func pathOf(t providers.Target) (string, error) {
	r, known := resources()[t.Kind]
	if !known {
		return "", fmt.Errorf("a target of kind %q has no place in the API", t.Kind)
	}
	namespace, name, found := strings.Cut(t.Name, "/")
	switch {
	case r.namespaced && found:
		return r.prefix + "/namespaces/" + namespace + "/" + r.plural + "/" + name, nil
	case !r.namespaced && !found:
		return r.prefix + "/" + r.plural + "/" + t.Name, nil
	}
	return "", fmt.Errorf("target %s/%s: expected namespace/name for what lives in a namespace, and a name alone for what does not", t.Kind, t.Name)
}
