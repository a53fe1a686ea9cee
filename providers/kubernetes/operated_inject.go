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

// inject asks the operator in every namespace, and returns when it says that all of it is done.
func (f operated) inject(ctx context.Context, i injection) error {
	if err := f.begin(ctx, i); err != nil {
		return err
	}
	asked, err := f.ask(ctx, site{session: i.session, config: i.config, seed: i.seed}, i.record.Targets, time.Until(i.record.Deadline).Truncate(time.Millisecond))
	if err != nil {
		return err
	}
	requests := inOrder(asked)
	for n, request := range requests {
		object := f.object(request)
		object["metadata"] = map[string]any{"namespace": request.Namespace, "name": addedName(i.record.ID)}
		if err := i.add(ctx, i.steps[n], object); err != nil {
			return err
		}
	}
	for n := range requests {
		if err := f.await(ctx, i, n); err != nil {
			return err
		}
	}
	return nil
}

// begin lets the witness see how it is without the fault, unless it has begun: the same injection twice is one.
func (f operated) begin(ctx context.Context, i injection) error {
	for _, step := range i.steps {
		state, err := i.session.API.State(ctx, i.record.ID, step)
		if err != nil || state == undo.Present {
			return err
		}
	}
	return f.witness().absent(ctx, i)
}

// await waits until the operator has done what one object asks for.
func (f operated) await(ctx context.Context, i injection, n int) error {
	path, begun := i.steps[n].Path, time.Now()
	for {
		object, err := i.session.API.Get(ctx, path)
		if err != nil {
			return fmt.Errorf("look how far %s is: %w", f.Operator.Name, err)
		}
		records, known := f.Operator.Records(object)
		if known && !slices.ContainsFunc(records, func(r OperatedRecord) bool { return !r.Injected }) {
			return nil
		}
		if !known && time.Since(begun) > operatorAnswers {
			return fmt.Errorf("%s has not looked at %s for %s: see whether its controller runs, and whether it may act in this namespace", f.Operator.Name, path, operatorAnswers)
		}
		if !pause.For(ctx, operatorLook) {
			return fmt.Errorf("%s has not done what %s asks for%s: %w", f.Operator.Name, path, because(records), ctx.Err())
		}
	}
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

// observe asks the operator and the witness. Both must say that the fault is there.
func (f operated) observe(ctx context.Context, l look) ([]finding, error) {
	evidence, err := f.seen(l)
	if err != nil {
		return nil, err
	}
	told := map[string]finding{}
	for _, step := range l.steps {
		if err := f.told(ctx, l, step.Path, told); err != nil {
			return nil, err
		}
	}
	shown, err := f.witness().facts(ctx, evidence)
	if err != nil {
		return nil, err
	}
	out := make([]finding, len(l.record.Targets))
	for n, t := range l.record.Targets {
		out[n] = finding{target: t.Name, state: providers.Absent, detail: f.Operator.Name + " has not done it"}
		if said, has := told[t.Name]; has {
			out[n].state, out[n].detail = said.state, said.detail
		}
		if out[n].state != providers.Absent {
			out[n].facts, out[n].detail = shown[n].facts, joined(out[n].detail, shown[n].detail)
		}
	}
	return out, nil
}

// told notes what the operator says of each pod in an object.
func (f operated) told(ctx context.Context, l look, path string, by map[string]finding) error {
	object, there, err := l.ours(ctx, path)
	if err != nil || !there {
		return err
	}
	records, _ := f.Operator.Records(object)
	for _, r := range records {
		name, said := r.Namespace+"/"+r.Pod, finding{state: providers.Active}
		if !r.Injected {
			said = finding{state: providers.Absent, detail: joined(f.Operator.Name+" has not done it", r.Problem)}
		}
		if before, has := by[name]; !has || before.state == providers.Active {
			by[name] = said
		}
	}
	return nil
}

// ours reads an object of the fault; false when it is not there, or is being deleted.
func (l look) ours(ctx context.Context, path string) (map[string]any, bool, error) {
	for _, step := range l.steps {
		if step.Path != path {
			continue
		}
		state, err := l.session.API.State(ctx, l.record.ID, step)
		if err != nil || state != undo.Present {
			return nil, false, err
		}
	}
	object, err := l.session.API.Get(ctx, path)
	if err != nil {
		return nil, false, err
	}
	metadata, _ := object["metadata"].(map[string]any)
	_, deleted := metadata["deletionTimestamp"]
	return object, !deleted, nil
}

// settled asks the witness alone: the objects are gone by now.
func (f operated) settled(ctx context.Context, l look) (string, error) {
	evidence, err := f.seen(l)
	if err != nil {
		return "", err
	}
	return f.witness().settled(ctx, evidence)
}

// seen is a look with what the witness noted before the fault.
func (operated) seen(l look) (look, error) {
	var data operatedData
	if err := decode(l.data, &data); err != nil {
		return l, err
	}
	l.data = data.Evidence
	return l, nil
}
