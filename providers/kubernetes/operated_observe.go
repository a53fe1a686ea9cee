package kubernetes

import (
	"context"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// observe asks the operator and the witness. Both must say that the fault is there.
func (f operated) observe(ctx context.Context, l look) ([]finding, error) {
	told := map[string]finding{}
	for _, step := range l.steps {
		if err := f.told(ctx, l, step, told); err != nil {
			return nil, err
		}
	}
	shown, err := f.witness().facts(ctx, l)
	if err != nil {
		return nil, err
	}
	out := make([]finding, len(l.record.Targets))
	for n, t := range l.record.Targets {
		out[n] = finding{target: t.Name, state: providers.Absent, detail: f.Operator.Name + " has not done it"}
		if said, has := told[t.Name]; has {
			out[n].state, out[n].detail = said.state, said.detail
		}
		if out[n].state == providers.Active {
			out[n].facts, out[n].detail = shown[n].facts, joined(out[n].detail, shown[n].detail)
		}
	}
	return out, nil
}

// told notes what the operator says of each pod in an object. What has been deleted and is still there, it has not undone.
func (f operated) told(ctx context.Context, l look, step undo.Step, by map[string]finding) error {
	state, err := l.session.API.State(ctx, l.record.ID, step)
	if err != nil || state != undo.Present {
		return err
	}
	object, err := l.session.API.Get(ctx, step.Path)
	if undo.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	metadata, _ := object["metadata"].(map[string]any)
	_, deleted := metadata["deletionTimestamp"]
	records, _ := f.Operator.Records(object)
	for _, r := range records {
		name := r.Namespace + "/" + r.Pod
		if before, has := by[name]; !has || before.state == providers.Active {
			by[name] = f.said(r, deleted)
		}
	}
	return nil
}

func (f operated) said(r OperatedRecord, deleted bool) finding {
	switch {
	case deleted:
		return finding{state: providers.Partial, detail: joined(f.Operator.Name+" has not undone it yet", r.Problem)}
	case r.Injected:
		return finding{state: providers.Active}
	default:
		return finding{state: providers.Absent, detail: joined(f.Operator.Name+" has not done it", r.Problem)}
	}
}

// settled asks the witness alone: the objects are gone by now.
func (f operated) settled(ctx context.Context, l look) (string, error) {
	return f.witness().settled(ctx, l)
}

// settling is what the cluster does by itself, of a witness to whom that is not the fault.
func (f operated) settling(ctx context.Context, l look) (string, error) {
	if s, is := f.witness().(settler); is {
		return s.settling(ctx, l)
	}
	return "", nil
}
