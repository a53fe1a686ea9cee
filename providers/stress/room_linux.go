package stress

import (
	"fmt"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
)

// room watches a control group while memory is taken: others in it may grow during
// a ramp, and then nobody is to be killed for what a fault took.
type room struct {
	margin int64  // bytes that must stay free; unchecked for no matter how many
	other  string // root of the files of a group that the worker is not in; empty for its own
}

// left refuses a step that would touch the margin: the error is ErrReserve. A group
// that the worker is not in does not count what was taken before.
func (r room) left(taken, step int64) error {
	if r.margin < 0 {
		return nil
	}
	group := cgroup.Own()
	if r.other != "" {
		group, step = cgroup.At(r.other), taken+step
	}
	if free := group.Memory().Headroom; free-step < r.margin {
		return fmt.Errorf("%w: %.1f MiB are free in the control group, %.1f MiB more are to be taken, and %.1f MiB are to stay", ErrReserve, mebi(free), mebi(step), mebi(r.margin))
	}
	return nil
}
