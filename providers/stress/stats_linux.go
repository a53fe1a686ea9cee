package stress

import (
	"time"

	"github.com/gameday-dev/gameday/providers/diskspace"
	"github.com/gameday-dev/gameday/providers/internal/cgroup"
)

// Stats asks the kernel what the workers have done. After their end it is what
// they had done until then, but for the bytes, which are given back.
func (r *Running) Stats() Stats {
	var s Stats
	until := r.begun
	for _, m := range r.workers {
		s.CPUSeconds += (m.used() - m.before).Seconds()
		now := time.Now()
		if ended := m.ended.Load(); ended != nil {
			now = ended.at
		} else {
			s.Workers++
			s.Bytes += r.bytes(m)
		}
		if now.After(until) {
			until = now
		}
	}
	s.WallSeconds = until.Sub(r.begun).Seconds()
	if s.WallSeconds > 0 {
		s.Load = 100 * s.CPUSeconds / s.WallSeconds / float64(len(r.workers))
	}
	if r.spec.Memory != nil {
		s.Asked = r.prepared.bytes
	}
	s.Cgroup = r.cgroup()
	r.filesystem(&s)
	if err := r.Err(); err != nil {
		s.Failure = err.Error()
	}
	return s
}

// bytes are what a worker holds.
func (r *Running) bytes(m *member) int64 {
	pid := m.process.Identity.PID
	switch {
	case r.spec.Disk != nil:
		return FilledBytes(pid)
	case r.spec.Memory != nil && m.process.Identity.Alive():
		return HeldBytes(pid)
	}
	return 0
}

func (r *Running) cgroup() *Cgroup {
	cpu, memory := r.prepared.group.CPU(), r.prepared.group.Memory()
	if !cpu.Known && !memory.Known {
		return nil
	}
	since := cpu.Since(r.cpu)
	group := &Cgroup{
		CPUSeconds: since.Used.Seconds(), CPULimit: cpu.Limit, Periods: since.Periods, Throttled: since.Throttled, ThrottledSeconds: since.ThrottledTime.Seconds(),
		MemoryUsed: memory.Used, Kills: memory.Kills - r.memory.Kills,
	}
	if memory.Limit != cgroup.Unlimited {
		group.MemoryLimit = memory.Limit
	}
	return group
}

func (r *Running) filesystem(s *Stats) {
	if r.prepared.dir == nil {
		return
	}
	if space, err := diskspace.ReadFile(r.prepared.dir); err == nil {
		s.Filesystem = &space
	}
}
