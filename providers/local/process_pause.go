package local

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
)

// processPause is local_process_pause.
type processPause struct{ onProcesses }

func (processPause) typeName() string { return "local_process_pause" }

func (processPause) schema() *schema.Block {
	return &schema.Block{
		Description: "Stops processes (SIGSTOP), each with its whole process group, and lets them go on (SIGCONT). Connections stay open meanwhile and nothing answers on them.",
		Blocks:      []schema.NestedBlock{targetBlock(kindProcess)},
	}
}

func (processPause) plan(_ schema.Values, plan *providers.FaultPlan) providers.Diagnostics {
	plan.Effect = "stops each process and its children where they are (SIGSTOP)"
	plan.Undo = "lets them go on (SIGCONT)"
	plan.Permissions = signalPermission("SIGSTOP and SIGCONT")
	return nil
}

func (processPause) spec(_ schema.Values, _ undo, spec *supervisor.FaultSpec) {
	spec.Kind = supervisor.FaultPause
}

// observe reads the state of every member of the groups from the kernel; the
// supervisor is not asked.
func (processPause) observe(s scene) (providers.Observation, error) {
	var findings []finding
	for _, t := range s.record.Targets {
		f, err := paused(t)
		if err != nil {
			return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
		}
		findings = append(findings, f)
	}
	return sum(findings), nil
}

func paused(t providers.Target) (finding, error) {
	found := finding{target: t.Name, state: providers.Absent}
	id, err := identity(t)
	if err != nil {
		return found, err
	}
	if _, err := id.Stat(); errors.Is(err, procfs.ErrGone) {
		found.detail = fmt.Sprintf("pid %d is gone", id.PID)
		return found, nil
	}
	members, err := procfs.Group(id.PID)
	if err != nil {
		return found, err
	}
	stopped := 0
	for _, member := range members {
		if member.Stopped() {
			stopped++
		}
	}
	switch {
	case stopped == 0:
	case stopped < len(members):
		found.state, found.detail = providers.Partial, fmt.Sprintf("%d of %d processes are stopped", stopped, len(members))
	default:
		found.state = providers.Active
		found.facts = []providers.Fact{{
			Name: "process_state", Text: fmt.Sprintf("%s: pid %d is stopped (state T), %s in its group", t.Name, id.PID, count(stopped, "process", "processes")),
			Value: float64(stopped), Unit: "processes",
		}}
	}
	return found, nil
}

// mend continues what a killed supervisor may have left stopped: descendants
// that the kernel did not end with it.
func (processPause) mend(_ context.Context, s scene) error {
	left, err := supervisor.Find(s.record.Run, s.undo.Environment)
	if err != nil {
		return err
	}
	var failed error
	for _, stat := range left {
		if !stat.Stopped() {
			continue
		}
		if err := stat.Identity().Signal(syscall.SIGCONT); err != nil && !errors.Is(err, procfs.ErrGone) {
			failed = errors.Join(failed, fmt.Errorf("continue process %d: %w", stat.PID, err))
		}
	}
	return failed
}
