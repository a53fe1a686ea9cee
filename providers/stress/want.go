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
	reserve int64 // of the machine
}

// marginShare is the margin where none is given, as a share of the limit: a
// twentieth.
const marginShare = 20

// want is how much memory to take in a group and on a machine as they are. It is
// ErrReserve when the group could not keep its margin; the machine's is the
// worker's to watch, while it takes the memory.
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
		return wanted{bytes: bytes, reserve: unchecked}, nil
	}
	margin := m.margin(min(limit, machine.Total))
	if left := m.left(group) - bytes; left < margin {
		return wanted{}, fmt.Errorf("%w: the memory limit is %.1f MiB, of which %.1f MiB are free, %.1f MiB are to be taken, and %.1f MiB are to stay: take less, or force it",
			ErrReserve, mebi(limit), mebi(m.left(group)), mebi(bytes), mebi(margin))
	}
	return wanted{bytes: bytes, reserve: margin}, nil
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
