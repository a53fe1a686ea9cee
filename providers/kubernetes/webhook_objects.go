package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// removing are the steps of objects that are added in this order.
func removing(paths ...string) []undo.Step {
	var steps []undo.Step
	for _, path := range paths {
		steps = append(steps, undo.Step{Kind: undo.Remove, Path: path})
	}
	return steps
}

func (webhookFault) inject(ctx context.Context, i injection) error {
	if i.config.String("mode") == modeDelay {
		return i.delayRequests(ctx, reachedWithin)
	}
	return i.rejectRequests(ctx)
}

// add makes the object of a step; its path tells the collection.
func (i injection) add(ctx context.Context, step undo.Step, body map[string]any) error {
	collection := step.Path[:strings.LastIndex(step.Path, "/")]
	if err := i.session.API.Add(ctx, i.record.Run, i.record.ID, collection, step, body); err != nil {
		return fmt.Errorf("add %s: %w", step.Path, err)
	}
	return nil
}

// observe tries a request in each namespace.
func (webhookFault) observe(ctx context.Context, l look) ([]finding, error) {
	var data admission
	if err := json.Unmarshal(l.data, &data); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	missing, err := l.missing(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]finding, len(l.record.Targets))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for n, t := range l.record.Targets {
		out[n] = finding{target: t.Name, state: providers.Absent, detail: missing}
		if missing != "" {
			continue
		}
		group.Go(func() error {
			got, err := l.session.try(ctx, t.Name, l.record.ID, data.Mode)
			out[n] = got.finding(t.Name, data)
			return err
		})
	}
	return out, group.Wait()
}

// missing names the first thing that was to be added and is not there.
func (l look) missing(ctx context.Context) (string, error) {
	for _, step := range l.steps {
		state, err := l.session.API.State(ctx, l.record.ID, step)
		if err != nil {
			return "", err
		}
		if state != undo.Present {
			return step.Path + " is not there", nil
		}
	}
	return "", nil
}

// settled tries a request in each namespace: the API server goes on for a moment
// when its configuration is gone.
func (webhookFault) settled(ctx context.Context, l look) (string, error) {
	var data admission
	if err := json.Unmarshal(l.data, &data); err != nil {
		return "", fmt.Errorf("read the record: %w", err)
	}
	left := ""
	for _, t := range l.record.Targets {
		got, err := l.session.try(ctx, t.Name, l.record.ID, data.Mode)
		switch {
		case answeredByServer(err):
			continue // the namespace is gone, or what refuses is not the fault
		case err != nil:
			return "", err
		}
		if got.hit(data) {
			left = joined(left, got.words(t.Name, data))
		}
	}
	return left, nil
}
