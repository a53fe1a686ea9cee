package local

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// onMachine is what faults on the whole machine have in common: workers that use
// something up.
type onMachine struct{}

func (onMachine) kind() string { return kindMachine }

// machine is the target of these faults. Its UID changes with every boot.
func machine() providers.Target {
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return providers.Target{Kind: kindMachine, Name: "localhost", UID: strings.TrimSpace(string(boot))}
}

// mend kills workers whose supervisor is gone.
func (onMachine) mend(ctx context.Context, s scene) error {
	return supervisor.SweepFault(ctx, s.record.Run, s.undo.Environment, s.record.ID)
}

// observeWorkers looks for the fault's workers in /proc, whoever started them.
// Amount is what they have taken, wanted how much makes the fault complete.
func observeWorkers(s scene, workers int, amount func([]procfs.Stat) (float64, []providers.Fact), wanted float64) (providers.Observation, error) {
	live, err := supervisor.FindFault(s.record.Run, s.undo.Environment, s.record.ID)
	if err != nil {
		return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
	}
	if len(live) == 0 {
		return providers.Observation{State: providers.Absent}, nil
	}
	taken, facts := amount(live)
	switch {
	case len(live) < workers:
		return providers.Observation{State: providers.Partial, Detail: fmt.Sprintf("%d of %s run", len(live), count(workers, "worker", "workers"))}, nil
	case taken < wanted:
		return providers.Observation{State: providers.Partial, Detail: fmt.Sprintf("%.0f of %.0f bytes are taken", taken, wanted)}, nil
	}
	return providers.Observation{State: providers.Active, Evidence: facts}, nil
}
