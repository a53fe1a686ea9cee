package convert

import (
	"fmt"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// Handle is an environment's handle on the wire.
func Handle(h providers.EnvironmentHandle) (*wire.EnvironmentHandle, error) {
	if err := valid(identifier{"run", h.Run}, identifier{"address", h.Address}, identifier{"type", h.Type}); err != nil {
		return nil, fmt.Errorf("handle of the environment %q: %w", h.Address, err)
	}
	return &wire.EnvironmentHandle{Run: h.Run, Address: h.Address, Type: h.Type, Data: h.Data}, nil
}

// HandleFrom is an environment's handle from the wire.
func HandleFrom(h *wire.EnvironmentHandle) (providers.EnvironmentHandle, error) {
	data, err := jsonFrom(h.GetData())
	if err != nil {
		return providers.EnvironmentHandle{}, fmt.Errorf("handle of the environment %q: data: %w", h.GetAddress(), err)
	}
	return providers.EnvironmentHandle{Run: h.GetRun(), Address: h.GetAddress(), Type: h.GetType(), Data: data}, nil
}

// State is an environment on the wire.
func State(e providers.EnvironmentState) (*wire.EnvironmentState, error) {
	outputs, err := Dynamic(e.Outputs)
	if err != nil {
		return nil, fmt.Errorf("outputs of the environment %q: %w", e.Address, err)
	}
	if err := valid(identifier{"address", e.Address}, identifier{"type", e.Type}); err != nil {
		return nil, fmt.Errorf("environment: %w", err)
	}
	handle, err := Handle(e.Handle)
	if err != nil {
		return nil, err
	}
	has, marks, err := inventory(e.Inventory, e.Labels)
	if err != nil {
		return nil, fmt.Errorf("environment %q: %w", e.Address, err)
	}
	return &wire.EnvironmentState{
		Address: e.Address, Type: e.Type, Up: e.Up, Handle: handle, Inventory: has, Labels: marks, Outputs: outputs,
	}, nil
}

// inventory is what an environment has, and the labels of that, on the wire.
func inventory(targets []providers.Target, list []providers.Labels) ([]*wire.Target, []*wire.Labels, error) {
	on, err := Targets(targets)
	if err != nil {
		return nil, nil, fmt.Errorf("inventory: %w", err)
	}
	marks, err := tryAll(list, labels)
	if err != nil {
		return nil, nil, fmt.Errorf("labels %w", err)
	}
	return on, marks, nil
}

// StateFrom is an environment from the wire.
func StateFrom(e *wire.EnvironmentState) (providers.EnvironmentState, error) {
	handle, err := HandleFrom(e.GetHandle())
	if err != nil {
		return providers.EnvironmentState{}, err
	}
	outputs, err := FromDynamic(e.GetOutputs())
	if err != nil {
		return providers.EnvironmentState{}, fmt.Errorf("outputs of the environment %q: %w", e.GetAddress(), err)
	}
	return providers.EnvironmentState{
		Address: e.GetAddress(), Type: e.GetType(), Up: e.GetUp(), Handle: handle,
		Inventory: TargetsFrom(e.GetInventory()), Labels: labelsFrom(e.GetLabels()), Outputs: outputs,
	}, nil
}

// EnvironmentPlan is a plan on the wire.
func EnvironmentPlan(p providers.EnvironmentPlan) (*wire.EnvironmentPlan, error) {
	outputs, err := Dynamic(p.Outputs)
	if err != nil {
		return nil, fmt.Errorf("outputs: %w", err)
	}
	has, marks, err := inventory(p.Inventory, p.Labels)
	if err != nil {
		return nil, err
	}
	return &wire.EnvironmentPlan{
		Summary: Text(p.Summary), Steps: Texts(p.Steps), Undo: Text(p.Undo), Inventory: has, Outputs: outputs, Labels: marks,
	}, nil
}

// EnvironmentPlanFrom is a plan from the wire.
func EnvironmentPlanFrom(p *wire.EnvironmentPlan) (providers.EnvironmentPlan, error) {
	outputs, err := FromDynamic(p.GetOutputs())
	if err != nil {
		return providers.EnvironmentPlan{}, fmt.Errorf("outputs: %w", err)
	}
	return providers.EnvironmentPlan{
		Summary: p.GetSummary(), Steps: p.GetSteps(), Undo: p.GetUndo(), Inventory: TargetsFrom(p.GetInventory()), Outputs: outputs, Labels: labelsFrom(p.GetLabels()),
	}, nil
}

func labels(l providers.Labels) (*wire.Labels, error) {
	list := []identifier{{"target", l.Target}}
	for key, value := range l.Labels {
		list = append(list, identifier{"key of a label", key}, identifier{"label " + key, value})
	}
	return &wire.Labels{Target: l.Target, Labels: l.Labels}, valid(list...)
}

func labelsFrom(list []*wire.Labels) []providers.Labels {
	return all(list, func(l *wire.Labels) providers.Labels {
		return providers.Labels{Target: l.GetTarget(), Labels: l.GetLabels()}
	})
}

// Orphans are what a sweep found, on the wire.
func Orphans(orphans []providers.Orphan) ([]*wire.Orphan, error) {
	on, err := tryAll(orphans, orphan)
	if err != nil {
		return nil, fmt.Errorf("orphan %w", err)
	}
	return on, nil
}

func orphan(o providers.Orphan) (*wire.Orphan, error) {
	targets, err := Targets(o.Targets)
	if err != nil {
		return nil, err
	}
	return &wire.Orphan{
		Run: o.Run, Id: o.ID, Address: o.Address, Type: o.Type, Targets: targets,
		Deadline: Stamp(o.Deadline), Undone: o.Undone, Error: Text(o.Error), Kept: Text(o.Kept),
	}, valid(identifier{"run", o.Run}, identifier{"id", o.ID}, identifier{"address", o.Address}, identifier{"type", o.Type})
}

// OrphansFrom are what a sweep found, from the wire.
func OrphansFrom(orphans []*wire.Orphan) []providers.Orphan {
	return all(orphans, func(o *wire.Orphan) providers.Orphan {
		return providers.Orphan{
			Run: o.GetRun(), ID: o.GetId(), Address: o.GetAddress(), Type: o.GetType(), Targets: TargetsFrom(o.GetTargets()),
			Deadline: Moment(o.GetDeadline()), Undone: o.GetUndone(), Error: o.GetError(), Kept: o.GetKept(),
		}
	})
}
