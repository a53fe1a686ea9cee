package convert

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// Targets are targets on the wire.
func Targets(targets []providers.Target) ([]*wire.Target, error) {
	on, err := tryAll(targets, target)
	if err != nil {
		return nil, fmt.Errorf("target %w", err)
	}
	return on, nil
}

func target(t providers.Target) (*wire.Target, error) {
	on := &wire.Target{Kind: t.Kind, Name: t.Name, Uid: t.UID, Owner: t.Owner}
	return on, valid(identifier{"kind", t.Kind}, identifier{"name", t.Name}, identifier{"uid", t.UID}, identifier{"owner", t.Owner})
}

// TargetsFrom are targets from the wire.
func TargetsFrom(targets []*wire.Target) []providers.Target {
	return all(targets, func(t *wire.Target) providers.Target {
		return providers.Target{Kind: t.GetKind(), Name: t.GetName(), UID: t.GetUid(), Owner: t.GetOwner()}
	})
}

// Scope is a scope on the wire; none is one that nobody has named.
func Scope(s providers.Scope) (*wire.Scope, error) {
	if len(s.Kinds) == 0 {
		return nil, nil
	}
	return &wire.Scope{Kinds: s.Kinds, Namespaces: s.Namespaces},
		valid(append(identifiers("kinds", s.Kinds), identifiers("namespaces", s.Namespaces)...)...)
}

// ScopeFrom is a scope from the wire.
func ScopeFrom(s *wire.Scope) providers.Scope {
	return providers.Scope{Kinds: s.GetKinds(), Namespaces: s.GetNamespaces()}
}

// Permissions are permissions on the wire.
func Permissions(permissions []providers.Permission) []*wire.Permission {
	return all(permissions, func(p providers.Permission) *wire.Permission {
		return &wire.Permission{Action: Text(p.Action), Held: p.Held, Detail: Text(p.Detail)}
	})
}

// PermissionsFrom are permissions from the wire.
func PermissionsFrom(permissions []*wire.Permission) []providers.Permission {
	return all(permissions, func(p *wire.Permission) providers.Permission {
		return providers.Permission{Action: p.GetAction(), Held: p.GetHeld(), Detail: p.GetDetail()}
	})
}

// FaultPlan is a plan on the wire.
func FaultPlan(p providers.FaultPlan) (*wire.FaultPlan, error) {
	on := &wire.FaultPlan{
		Effect: Text(p.Effect), Eligible: int64(p.Eligible), Population: int64(p.Population), Dynamic: p.Dynamic,
		Unknown: Text(p.Unknown), Radius: Texts(p.Radius), Undo: Text(p.Undo), Guard: Text(p.Guard), Permissions: Permissions(p.Permissions),
		Namespaces: p.Namespaces, Adds: Texts(p.Adds), Locks: p.Locks, AtEnds: p.AtEnds, EndsPopulation: int64(p.EndsPopulation),
	}
	if err := valid(append(identifiers("namespaces", p.Namespaces), identifiers("locks", p.Locks)...)...); err != nil {
		return nil, err
	}
	var err error
	if on.Targets, err = Targets(p.Targets); err != nil {
		return nil, err
	}
	if on.Ends, err = Targets(p.Ends); err != nil {
		return nil, fmt.Errorf("ends: %w", err)
	}
	if on.Counted, err = Scope(p.Counted); err != nil {
		return nil, fmt.Errorf("counted: %w", err)
	}
	return on, nil
}

// FaultPlanFrom is a plan from the wire.
func FaultPlanFrom(p *wire.FaultPlan) providers.FaultPlan {
	return providers.FaultPlan{
		Effect: p.GetEffect(), Targets: TargetsFrom(p.GetTargets()), Eligible: int(p.GetEligible()), Population: int(p.GetPopulation()), Dynamic: p.GetDynamic(),
		Unknown: p.GetUnknown(), Radius: p.GetRadius(), Undo: p.GetUndo(), Guard: p.GetGuard(), Permissions: PermissionsFrom(p.GetPermissions()),
		Namespaces: p.GetNamespaces(), Adds: p.GetAdds(), Locks: p.GetLocks(), Counted: ScopeFrom(p.GetCounted()),
		Ends: TargetsFrom(p.GetEnds()), AtEnds: p.GetAtEnds(), EndsPopulation: int(p.GetEndsPopulation()),
	}
}

// Record is a record on the wire.
func Record(r providers.Record) (*wire.Record, error) {
	targets, err := Targets(r.Targets)
	if err != nil {
		return nil, fmt.Errorf("record %q: %w", r.ID, err)
	}
	if err := valid(identifier{"id", r.ID}, identifier{"run", r.Run}, identifier{"address", r.Address}, identifier{"type", r.Type}); err != nil {
		return nil, fmt.Errorf("record %q: %w", r.ID, err)
	}
	return &wire.Record{
		Id: r.ID, Run: r.Run, Address: r.Address, Type: r.Type, Version: int64(r.Version),
		Targets: targets, Deadline: Stamp(r.Deadline), Undo: r.Undo,
	}, nil
}

// RecordFrom is a record from the wire.
func RecordFrom(r *wire.Record) (providers.Record, error) {
	undo, err := jsonFrom(r.GetUndo())
	if err != nil {
		return providers.Record{}, fmt.Errorf("record %q: undo: %w", r.GetId(), err)
	}
	if r.GetId() == "" {
		return providers.Record{}, errors.New("a record has no id: expected that of the request")
	}
	return providers.Record{
		ID: r.GetId(), Run: r.GetRun(), Address: r.GetAddress(), Type: r.GetType(), Version: int(r.GetVersion()),
		Targets: TargetsFrom(r.GetTargets()), Deadline: Moment(r.GetDeadline()), Undo: undo,
	}, nil
}

// jsonFrom is JSON from the wire, which goes into journals as it is.
func jsonFrom(data []byte) (json.RawMessage, error) {
	if len(data) == 0 {
		return nil, nil
	}
	if !json.Valid(data) {
		return nil, errors.New("expected JSON")
	}
	return json.RawMessage(data), nil
}

// Observation is what a look showed, on the wire. The error is why the targets could not be read.
func Observation(o providers.Observation, err error) *wire.Observation {
	seen := &wire.Observation{
		State: states()[o.State], Detail: Text(o.Detail), Settling: o.Settling,
		Evidence: all(o.Evidence, func(f providers.Fact) *wire.Fact {
			return &wire.Fact{Name: Text(f.Name), Text: Text(f.Text), Value: f.Value, Unit: Text(f.Unit)}
		}),
	}
	if err != nil {
		seen.Error = Text(err.Error())
	}
	return seen
}

// ObservationFrom is what a look showed, from the wire.
func ObservationFrom(o *wire.Observation) (providers.Observation, error) {
	seen := providers.Observation{State: providers.Unknown, Detail: o.GetDetail(), Settling: o.GetSettling(), Evidence: all(o.GetEvidence(), func(f *wire.Fact) providers.Fact {
		return providers.Fact{Name: f.GetName(), Text: f.GetText(), Value: f.GetValue(), Unit: f.GetUnit()}
	})}
	for state, on := range states() {
		if on == o.GetState() {
			seen.State = state
		}
	}
	if text := o.GetError(); text != "" {
		return seen, errors.New(text)
	}
	return seen, nil
}

func states() map[providers.State]wire.Observation_State {
	return map[providers.State]wire.Observation_State{
		providers.Unknown: wire.Observation_STATE_UNKNOWN, providers.Absent: wire.Observation_STATE_ABSENT,
		providers.Partial: wire.Observation_STATE_PARTIAL, providers.Active: wire.Observation_STATE_ACTIVE,
	}
}
