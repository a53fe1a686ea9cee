package local

import (
	"fmt"
	"runtime"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
)

// cpuStress is local_cpu_stress.
type cpuStress struct {
	onMachine
	noChecks
}

func (cpuStress) typeName() string { return "local_cpu_stress" }

func (cpuStress) schema() *schema.Block {
	return &schema.Block{
		Description: "Uses up processor time of this machine.",
		Attributes: []schema.Attribute{
			{Name: "workers", Type: integer(), Min: schema.Number(1), Max: schema.Number(1024), Description: "How many processes work at the same time, each of which can keep one processor busy. One for each processor, when not set."},
			{Name: "load", Type: percent(), Default: cty.NumberIntVal(100), Min: schema.Number(1), Description: "How much of one processor each of them uses, in percent."},
		},
	}
}

func cpuWorkers(values schema.Values) int {
	if values.Known("workers") {
		return values.Int("workers")
	}
	return runtime.NumCPU()
}

func (cpuStress) plan(values schema.Values, plan *providers.FaultPlan) providers.Diagnostics {
	workers := cpuWorkers(values)
	plan.Effect = fmt.Sprintf("keeps %s at %g percent", count(workers, "processor", "processors"), values.Float("load"))
	if values.Attr("workers").IsKnown() { // null is: one for each
		plan.Radius = append(plan.Radius, fmt.Sprintf("%d of %d processors", min(workers, runtime.NumCPU()), runtime.NumCPU()))
	}
	plan.Undo = "kills its own workers"
	plan.Locks = []string{"machine/cpu"}
	return nil
}

func (cpuStress) remember(values schema.Values, u *undo) error {
	u.Workers = cpuWorkers(values)
	return nil
}

func (cpuStress) spec(values schema.Values, u undo, spec *supervisor.FaultSpec) {
	spec.Kind = supervisor.FaultStress
	spec.CPU = &supervisor.CPUStress{Workers: u.Workers, Load: values.Float("load")}
}

// observe takes the processor time that the workers used, as the kernel counts
// it. What a worker needs to start proves nothing.
func (cpuStress) observe(s scene) (providers.Observation, error) {
	const start = 0.05 // seconds
	return observeWorkers(s, s.undo.Workers, func(workers []procfs.Stat) (float64, []providers.Fact) {
		used := 0.0
		for _, w := range workers {
			used += w.CPU().Seconds()
		}
		if used < start*float64(len(workers)) {
			return 0, nil
		}
		return 0, []providers.Fact{{
			Name: "cpu_seconds", Text: fmt.Sprintf("%s used %.2f s of processor time", count(len(workers), "worker", "workers"), used), Value: used, Unit: "s",
		}}
	}, 0)
}
