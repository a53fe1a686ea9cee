package stress

import (
	"errors"
	"fmt"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// wanted is what a memory worker is told.
type wanted struct {
	bytes   int64
	margin  int64 // of the group
	reserve int64 // of the machine
}

// marginShare is the margin where none is given, as a share of the limit: a
// twentieth.
const marginShare = 20

// machineMargin is at most so much where none is given. Kubelets begin to evict pods
// when 100 MiB are available (memory.available, "Node-pressure Eviction").
const machineMargin = 256 << 20

// unchecked is a reserve that is never touched.
const unchecked = -1

// want is how much memory to take in a group and on a machine as they are. It is
// ErrReserve when one of them could not keep its margin; the worker looks again
// while it takes the memory.
func (m Memory) want(group cgroup.Memory, machine procfs.Memory) (wanted, error) {
	limit := group.Limit
	if m.Limit > 0 {
		limit = m.Limit
	}
	bytes := m.Size
	if bytes == 0 {
		if limit == cgroup.Unlimited {
			return wanted{}, errors.New("memory has no limit that is visible here, which percent needs: give the limit, or a size")
		}
		bytes = int64(float64(limit) * m.Percent / 100)
	}
	if m.Force {
		return wanted{bytes: bytes, margin: unchecked, reserve: unchecked}, nil
	}
	margin := m.margin(min(limit, machine.Total))
	if left := m.left(group) - bytes; left < margin {
		return wanted{}, fmt.Errorf("%w: the memory limit is %.1f MiB, of which %.1f MiB are free, %.1f MiB are to be taken, and %.1f MiB are to stay: take less, or force it",
			ErrReserve, mebi(limit), mebi(m.left(group)), mebi(bytes), mebi(margin))
	}
	reserve := m.reserve(margin, machine)
	if machine.Available-bytes < reserve {
		return wanted{}, fmt.Errorf("%w: %.1f MiB are available on the machine, %.1f MiB are to be taken, and %.1f MiB are to stay: take less, or force it",
			ErrReserve, mebi(machine.Available), mebi(bytes), mebi(reserve))
	}
	return wanted{bytes: bytes, margin: margin, reserve: reserve}, nil
}

// Fits is ErrReserve when Limit, of which Used is used, could not keep the margin. It
// needs neither the files of the control group nor those of the machine, which Start
// looks at, too. Without a Limit it is nil.
func (m Memory) Fits() error {
	if m.Limit == 0 {
		return nil
	}
	endless := cgroup.Memory{Limit: cgroup.Unlimited, Headroom: cgroup.Unlimited}
	_, err := m.want(endless, procfs.Memory{Total: cgroup.Unlimited, Available: cgroup.Unlimited})
	return err
}

// reserve is what the machine keeps available: a small limit's margin would be
// nothing to it.
func (m Memory) reserve(margin int64, machine procfs.Memory) int64 {
	if m.Margin > 0 {
		return m.Margin
	}
	return max(margin, min(machine.Total/marginShare, machineMargin))
}

func (m Memory) margin(limit int64) int64 {
	if m.Margin > 0 {
		return m.Margin
	}
	return limit / marginShare
}

// left is what may be taken before the nearest limit is reached.
func (m Memory) left(group cgroup.Memory) int64 {
	if m.Limit == 0 {
		return group.Headroom
	}
	return min(group.Headroom, m.Limit-max(m.Used, group.Used))
}
