package convert

import (
	"fmt"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// Handle is an environment's handle on the wire.
func Handle(h providers.EnvironmentHandle) *wire.EnvironmentHandle {
	return &wire.EnvironmentHandle{Run: h.Run, Address: h.Address, Type: h.Type, Data: h.Data}
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
	return &wire.EnvironmentState{
		Address: e.Address, Type: e.Type, Up: e.Up, Handle: Handle(e.Handle),
		Inventory: Targets(e.Inventory), Labels: labels(e.Labels), Outputs: outputs,
	}, nil
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
	return &wire.EnvironmentPlan{
		Summary: p.Summary, Steps: p.Steps, Undo: p.Undo, Inventory: Targets(p.Inventory), Outputs: outputs, Labels: labels(p.Labels),
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

func labels(list []providers.Labels) []*wire.Labels {
	return all(list, func(l providers.Labels) *wire.Labels { return &wire.Labels{Target: l.Target, Labels: l.Labels} })
}

func labelsFrom(list []*wire.Labels) []providers.Labels {
	return all(list, func(l *wire.Labels) providers.Labels {
		return providers.Labels{Target: l.GetTarget(), Labels: l.GetLabels()}
	})
}

// Orphans are what a sweep found, on the wire.
func Orphans(orphans []providers.Orphan) []*wire.Orphan {
	return all(orphans, func(o providers.Orphan) *wire.Orphan {
		return &wire.Orphan{
			Run: o.Run, Id: o.ID, Address: o.Address, Type: o.Type, Targets: Targets(o.Targets),
			Deadline: Stamp(o.Deadline), Undone: o.Undone, Error: o.Error, Kept: o.Kept,
		}
	})
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
