package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/pause"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const (
	// operatorAnswers is how long an operator that runs may take to look at an object.
	operatorAnswers = 15 * time.Second

	operatorLook = 100 * time.Millisecond
)

// inject asks the operator in every namespace, and returns when it says that all of it is done. The same injection twice
// is one: what has been asked is only waited for.
func (f operated) inject(ctx context.Context, i injection) error {
	asked, err := f.asked(ctx, i)
	if err == nil && !asked {
		err = f.askAll(ctx, i)
	}
	if err != nil {
		return err
	}
	for _, step := range i.steps {
		if err := f.await(ctx, i, step.Path); err != nil {
			return err
		}
	}
	return nil
}

// asked reports whether every object is there.
func (operated) asked(ctx context.Context, i injection) (bool, error) {
	for _, step := range i.steps {
		state, err := i.session.API.State(ctx, i.record.ID, step)
		if err != nil || state != undo.Present {
			return false, err
		}
	}
	return true, nil
}

// askAll adds the objects, once the witness has seen how it is without the fault.
func (f operated) askAll(ctx context.Context, i injection) error {
	if err := f.witness().absent(ctx, i); err != nil {
		return err
	}
	requests, err := f.ask(ctx, site{session: i.session, config: i.config, seed: i.seed}, i.record.Targets, i.ends, time.Until(i.record.Deadline).Truncate(time.Millisecond))
	if err != nil {
		return err
	}
	for n, request := range requests {
		object := f.object(request)
		object["metadata"] = map[string]any{"namespace": request.Namespace, "name": nameIn(request.Namespace, i.record.ID)}
		if err := i.session.API.Add(ctx, i.record.Run, i.record.ID, f.collection(request.Namespace)+"?"+strictly, i.steps[n], object); err != nil {
			return fmt.Errorf("add %s: %w", i.steps[n].Path, err)
		}
	}
	return nil
}

// await waits until the operator has done what one object asks for. It tries again and again what fails, and so does
// this, but not for long.
func (f operated) await(ctx context.Context, i injection, path string) error {
	begun := time.Now()
	for {
		object, err := i.session.API.Get(ctx, path)
		records, known := f.Operator.Records(object)
		switch wrong := because(records); {
		case err == nil && known && injected(records, i.record.Targets, path):
			return nil
		case time.Since(begun) < operatorAnswers && pause.For(ctx, operatorLook):
			continue
		case err != nil:
			return fmt.Errorf("look how far %s is: %w", f.Operator.Name, err)
		case !known:
			return fmt.Errorf("%s has not looked at %s for %s: see whether its controller runs, and whether it may act in this namespace",
				f.Operator.Name, path, time.Since(begun).Round(time.Second))
		case wrong == "" && pause.For(ctx, operatorLook):
			continue // it is at work
		default:
			return fmt.Errorf("%s has not done what %s asks for%s", f.Operator.Name, path, wrong)
		}
	}
}

// injected reports whether there is a record of each target in the namespace of an object, and all are of what is in place: pods that
// are not there any more, the operator passes over.
func injected(records []OperatedRecord, targets []providers.Target, path string) bool {
	has := map[string]bool{}
	for _, r := range records {
		if !r.Injected {
			return false
		}
		has[r.Namespace+"/"+r.Pod] = true
	}
	return !slices.ContainsFunc(targets, func(t providers.Target) bool {
		namespace, _, _ := strings.Cut(t.Name, "/")
		return strings.Contains(path, "/namespaces/"+namespace+"/") && !has[t.Name]
	})
}

// because is what an operator says of what it could not do.
func because(records []OperatedRecord) string {
	var problems []string
	for _, r := range records {
		if !r.Injected && r.Problem != "" {
			problems = append(problems, r.Namespace+"/"+r.Pod+": "+r.Problem)
		}
	}
	if len(problems) == 0 {
		return ""
	}
	return " (" + strings.Join(problems, "; ") + ")"
}
