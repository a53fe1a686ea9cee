package local

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/providers/stress"
)

// memoryStress is local_memory_stress.
type memoryStress struct{ onMachine }

func (memoryStress) typeName() string { return "local_memory_stress" }

func (memoryStress) schema() *schema.Block {
	return &schema.Block{
		Description: "Takes memory of this machine and keeps it.",
		Attributes: []schema.Attribute{
			{Name: "size", Type: size(), Min: schema.Number(1), Example: `"512Mi"`, Description: "How much to take. Either this or percent is required."},
			{Name: "percent", Type: percent(), Description: "How much to take, as a share of the machine's memory."},
			{Name: "ramp", Type: duration(), Default: cty.StringVal("0s"), Description: "How long it takes until all of it is taken."},
			{Name: "reserve", Type: size(), Default: cty.StringVal("256Mi"), Description: "How much must stay available to others; the fault is refused, or gives up, rather than touch it."},
		},
		Exclusive: [][]string{{"size", "percent"}},
	}
}

func (memoryStress) validate(values schema.Values) providers.Diagnostics {
	return sizeOrPercent(values)
}

// sizeOrPercent requires one of the two; the schema refuses both.
func sizeOrPercent(values schema.Values) providers.Diagnostics {
	if !values.Attr("size").IsNull() || !values.Attr("percent").IsNull() {
		return nil
	}
	return providers.Errorf(nil, "Missing size", "Either size (such as \"64Mi\") or percent is required.")
}

// memoryBytes is how much to take.
func memoryBytes(values schema.Values) (int64, error) {
	if values.Known("size") {
		return values.Size("size"), nil
	}
	memory, err := procfs.ReadMemory()
	if err != nil {
		return 0, err
	}
	return int64(float64(memory.Total) * values.Float("percent") / 100), nil
}

func (f memoryStress) plan(values schema.Values, plan *providers.FaultPlan) providers.Diagnostics {
	plan.Undo = "kills its own worker, with which the kernel takes the memory back"
	plan.Locks = []string{"machine/memory"}
	if !values.WhollyKnown() || supervisor.Supported() != nil {
		plan.Effect, plan.Unknown = "takes memory", "how much is known only when the run is applied"
		return nil
	}
	bytes, err := memoryBytes(values)
	if err != nil {
		return providers.Errorf(nil, "Cannot read the machine's memory", "%s.", err)
	}
	plan.Effect = "takes " + schema.FormatSize(bytes) + " of memory"
	if values.Duration("ramp") > 0 {
		plan.Effect += " over " + values.String("ramp")
	}
	plan.Radius = append(plan.Radius, "every process that needs more memory meanwhile")
	memory, err := procfs.ReadMemory()
	if err == nil && memory.Available-bytes < values.Size("reserve") {
		return providers.Errorf(nil, "Not enough memory",
			"Taking %s would leave less than the reserve of %s. Take less, or lower the reserve.", schema.FormatSize(bytes), values.String("reserve"))
	}
	return nil
}

func (memoryStress) remember(values schema.Values, u *undo) (err error) {
	u.Workers = 1
	u.Bytes, err = memoryBytes(values)
	return err
}

func (memoryStress) spec(values schema.Values, u undo, spec *supervisor.FaultSpec) {
	spec.Kind = supervisor.FaultStress
	spec.Memory = &supervisor.MemoryStress{Bytes: u.Bytes, Ramp: values.Duration("ramp"), Reserve: values.Size("reserve")}
}

// observe takes what the worker holds, as far as the kernel has it in memory. What
// the worker needs itself proves nothing.
func (memoryStress) observe(s scene) (providers.Observation, error) {
	return observeWorkers(s, s.undo.Workers, func(workers []procfs.Stat) (float64, []providers.Fact) {
		resident := 0.0
		for _, w := range workers {
			resident += float64(stress.HeldBytes(w.PID))
		}
		return resident, []providers.Fact{{
			Name: "resident_bytes", Text: fmt.Sprintf("%.1f MiB are resident in the worker", resident/(1<<20)), Value: resident, Unit: "bytes",
		}}
	}, float64(s.undo.Bytes))
}
