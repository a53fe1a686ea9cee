package kubernetes

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/gameday-dev/gameday/providers"
)

// Prepare makes the undo. It reads what is there now, and changes nothing.
func (f *fault) Prepare(ctx context.Context, req providers.PrepareRequest) (providers.Record, providers.Diagnostics) {
	at, known := accessOf(req.Environment)
	if !known {
		return providers.Record{}, providers.Errorf(nil, "Environment is not up", "%s is not up, so nothing can be done to it.", req.Environment.Address)
	}
	s, err := f.provider.sessions.open(at)
	if err != nil {
		return providers.Record{}, providers.Errorf(nil, "Cannot reach the cluster", "%s.", err)
	}
	targets := slices.Clone(req.Plan.Targets)
	what, err := f.intend(ctx, preparation{
		session: s, config: req.Config, id: req.ID, run: req.Run, address: req.Address, targets: targets, seed: req.Seed, planned: &req.Plan,
	})
	if err != nil {
		return providers.Record{}, providers.Errorf(nil, "Cannot prepare the fault", "%s.", err)
	}
	r := recorded{
		Access: at, Steps: what.steps, Nodes: what.nodes, Pods: what.pods, Locks: req.Plan.Locks, Seed: req.Seed, Hunts: f.hunts(req.Config),
		Ends: recordedEnds{Targets: req.Plan.Ends, Acts: req.Plan.AtEnds},
	}
	if r.Data, err = json.Marshal(what.data); err != nil {
		return providers.Record{}, providers.Errorf(nil, "Cannot make the record", "%s.", err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		return providers.Record{}, providers.Errorf(nil, "Cannot make the record", "%s.", err)
	}
	return providers.Record{
		ID: req.ID, Run: req.Run, Address: req.Address, Type: f.typeName(), Version: recordVersion,
		Targets: targets, Deadline: req.Deadline, Undo: text,
	}, nil
}
