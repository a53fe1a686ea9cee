package kubernetes

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// recordVersion is that of recorded's layout.
const recordVersion = 1

// recorded is what a record holds beside its targets. Prior values are not in
// it: they stand in the objects themselves.
type recorded struct {
	Access cluster.Access   `json:"access"`
	Steps  []undo.Step      `json:"steps,omitempty"`
	Nodes  []claim.NodeStep `json:"nodes,omitempty"`
	Pods   []claim.PodStep  `json:"pods,omitempty"`
	Locks  []string         `json:"locks,omitempty"`
	Ends   recordedEnds     `json:"ends,omitzero"`
	Seed   int64            `json:"seed,omitempty"`
	Hunts  bool             `json:"hunts,omitempty"` // the claim in the cluster may have more targets and steps
	Data   json.RawMessage  `json:"data,omitempty"`
}

// recordedEnds are the other ends that were shown.
type recordedEnds struct {
	Targets []providers.Target `json:"targets,omitempty"`
	Acts    bool               `json:"acts,omitempty"` // the fault acts at them, so that they are claimed as its targets are
}

// ErrRecordVersion says that a record was written by another version of gameday.
var ErrRecordVersion = errors.New("unknown record version")

func readRecord(record providers.Record) (recorded, error) {
	var r recorded
	if record.Version != recordVersion {
		return r, fmt.Errorf("%w: the record %s of %s has version %d, this gameday knows version %d: use the gameday that wrote it",
			ErrRecordVersion, record.ID, record.Type, record.Version, recordVersion)
	}
	if err := json.Unmarshal(record.Undo, &r); err != nil {
		return r, fmt.Errorf("read the record %s of %s: %w", record.ID, record.Type, err)
	}
	return r, nil
}

func (r recorded) claim(record providers.Record) claim.Claim {
	c := claim.Claim{
		ID: record.ID, Run: record.Run, Address: record.Address, Type: record.Type,
		Locks: r.Locks, Deadline: record.Deadline, Steps: r.Steps, Nodes: r.Nodes, Pods: r.Pods,
	}
	planned := providers.FaultPlan{Targets: record.Targets, Ends: r.Ends.Targets, AtEnds: r.Ends.Acts}
	for _, t := range planned.ActsOn() {
		c.Targets = append(c.Targets, claim.Target(t))
	}
	return c
}
