package local

import (
	"fmt"
	"path/filepath"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/diskspace"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/providers/stress"
)

// diskFill is local_disk_fill.
type diskFill struct{ onMachine }

// kindFilesystem is the kind of target of disk faults.
const kindFilesystem = "filesystem"

func (diskFill) typeName() string { return "local_disk_fill" }

func (diskFill) schema() *schema.Block {
	return &schema.Block{
		Description: "Takes space of a filesystem with a file that has no name. The space comes back with the end of the process that holds it.",
		Attributes: []schema.Attribute{
			{Name: "path", Type: text(), Required: true, Example: `"/var/lib/app"`, Description: "A folder on the filesystem, which this user may write to."},
			{Name: "size", Type: size(), Min: schema.Number(1), Example: `"1Gi"`, Description: "How much to take. Either this or percent is required."},
			{Name: "percent", Type: percent(), Description: "How full the filesystem is to be afterwards, as df says it: the used share of what is used or available."},
			{Name: "reserve", Type: size(), Default: cty.StringVal("256Mi"), Description: "How much must stay available to others; the fault is refused rather than touch it. Set it to \"0B\" to let the filesystem run out of space."},
		},
		Exclusive: [][]string{{"size", "percent"}},
	}
}

func (diskFill) validate(values schema.Values) providers.Diagnostics { return sizeOrPercent(values) }

// diskBytes is how much to take.
func diskBytes(values schema.Values) (int64, error) {
	if values.Known("size") {
		return values.Size("size"), nil
	}
	space, err := diskspace.Read(values.String("path"))
	if err != nil {
		return 0, err
	}
	bytes := space.UpTo(values.Float("percent"))
	if bytes <= 0 {
		return 0, fmt.Errorf("%s is %.1f percent full already, and percent is %g",
			values.String("path"), space.Percent(), values.Float("percent"))
	}
	return bytes, nil
}

func (f diskFill) plan(values schema.Values, plan *providers.FaultPlan) providers.Diagnostics {
	plan.Undo = "kills its own worker, with which the kernel frees the file's blocks"
	if !values.WhollyKnown() || supervisor.Supported() != nil {
		plan.Effect, plan.Unknown = "takes space of a filesystem", "where and how much is known only when the run is applied"
		return nil
	}
	dir := values.String("path")
	root, device, err := mountOf(dir)
	if err != nil {
		return providers.Errorf(cty.GetAttrPath("path"), "No such folder", "%s.", err)
	}
	bytes, err := diskBytes(values)
	if err == nil {
		err = stress.DiskLeft(dir, bytes, values.Size("reserve"))
	}
	if err != nil {
		return providers.Errorf(nil, "Cannot take the space", "%s.", err)
	}
	f.describe(values, root, plan)
	plan.Targets = []providers.Target{{Kind: kindFilesystem, Name: root, UID: device}}
	plan.Counted = providers.Scope{Kinds: []string{kindFilesystem}} // of the one that it is
	plan.Locks = []string{"disk/" + root}
	held := unix.Access(dir, unix.W_OK) == nil
	plan.Permissions = []providers.Permission{{Action: "write to " + dir, Held: held, Detail: "checked with access(2)"}}
	return nil
}

// describe gives no number of bytes for a share: it would change from one look
// to the next.
func (diskFill) describe(values schema.Values, root string, plan *providers.FaultPlan) {
	if values.Known("size") {
		plan.Effect = "takes " + values.String("size") + " of the filesystem on " + root
	} else {
		plan.Effect = fmt.Sprintf("takes space until the filesystem on %s is %g percent full", root, values.Float("percent"))
	}
	plan.Radius = []string{"everything that writes to the filesystem on " + root}
}

func (diskFill) remember(values schema.Values, u *undo) (err error) {
	u.Workers = 1
	u.Bytes, err = diskBytes(values)
	return err
}

func (diskFill) spec(values schema.Values, u undo, spec *supervisor.FaultSpec) {
	dir, _ := filepath.Abs(values.String("path")) // fails only without a working directory, and then the worker says so
	spec.Kind = supervisor.FaultStress
	spec.Disk = &supervisor.DiskFill{Dir: dir, Bytes: u.Bytes, Reserve: values.Size("reserve")}
}

// observe takes the blocks of the worker's file, as its filesystem counts them.
func (diskFill) observe(s scene) (providers.Observation, error) {
	return observeWorkers(s, s.undo.Workers, func(workers []procfs.Stat) (float64, []providers.Fact) {
		filled := 0.0
		for _, w := range workers {
			filled += float64(stress.FilledBytes(w.PID))
		}
		return filled, []providers.Fact{{
			Name: "bytes_allocated", Text: fmt.Sprintf("%.1f MiB are allocated to the worker's file", filled/(1<<20)), Value: filled, Unit: "bytes",
		}}
	}, float64(s.undo.Bytes))
}
