package engines

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
	"github.com/gameday-dev/gameday/providers/procfault"
	"github.com/gameday-dev/gameday/providers/stress"
)

// load uses up processor time, memory and space. Its workers end with the agent.
type load struct {
	agent.LeavesNothing

	pod    string
	prefix []string
}

func (l load) Start(ctx context.Context, id string, deadline time.Time, raw json.RawMessage) (agent.Running, error) {
	asked, err := read[task.Stress](raw)
	if err != nil {
		return nil, err
	}
	spec := asked.For(id, deadline, l.prefix)
	if asked.Disk != nil {
		root, err := l.rootOf(asked.Container)
		if err != nil {
			return nil, err
		}
		disk := *asked.Disk
		disk.Root, spec.Disk = root, &disk
	}
	running, err := stress.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	return &loadRunning{running, spec}, nil
}

// rootOf is where the files of another container are seen.
func (l load) rootOf(container string) (string, error) {
	found, err := procfault.Selection{Pod: l.pod, Container: container}.Processes()
	if err != nil {
		return "", fmt.Errorf("find the container's files: %w", err)
	}
	return "/proc/" + strconv.Itoa(found[0].PID) + "/root", nil
}

type loadRunning struct {
	*stress.Running

	spec stress.Spec
}

func (r *loadRunning) Failed() <-chan struct{} { return r.Done() }
func (r *loadRunning) Why() error              { return r.Err() }

func (r *loadRunning) Facts() []wire.Fact { return loadFacts(r.spec, r.Stats()) }
func (r *loadRunning) Missing() string    { return fewer(r.spec, r.Stats()) }

// fewer says that not as many workers run as were asked for, and why, that they get hardly any processor time, or that not all of the
// memory is taken: a ramp may not be over. Without any worker, the fault has failed.
func fewer(spec stress.Spec, s stress.Stats) string {
	if spec.Memory != nil && s.Workers > 0 && s.Bytes < s.Asked {
		return fmt.Sprintf("%.1f of %.1f MiB are resident in a worker", float64(s.Bytes)/(1<<20), float64(s.Asked)/(1<<20))
	}
	if spec.CPU == nil {
		return ""
	}
	if s.Workers >= spec.CPU.Workers {
		return starving(*spec.CPU, s)
	}
	text := fmt.Sprintf("%d of %d workers run", s.Workers, spec.CPU.Workers)
	if s.Failure != "" {
		text += ": " + s.Failure
	}
	return text
}

// loadFacts are of what was asked for alone: to take memory takes processor time, too.
func loadFacts(spec stress.Spec, s stress.Stats) []wire.Fact {
	switch {
	case spec.CPU != nil && s.CPUSeconds > 0 && !starved(*spec.CPU, s):
		text := fmt.Sprintf("%d workers used %.2f s of processor time, %.0f %% of one processor each", s.Workers, s.CPUSeconds, s.Load)
		return []wire.Fact{{Name: "cpu_seconds", Text: text, Value: s.CPUSeconds, Unit: "s"}}
	case spec.Disk != nil && s.Bytes > 0:
		text := fmt.Sprintf("%.1f MiB are allocated to a file without a name", float64(s.Bytes)/(1<<20))
		return []wire.Fact{{Name: "bytes_allocated", Text: text, Value: float64(s.Bytes), Unit: "bytes"}}
	case spec.Memory != nil && s.Bytes > 0:
		text := fmt.Sprintf("%.1f MiB are resident in a worker", float64(s.Bytes)/(1<<20))
		return []wire.Fact{{Name: "resident_bytes", Text: text, Value: float64(s.Bytes), Unit: "bytes"}}
	}
	return nil
}
