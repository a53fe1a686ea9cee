package stress

import (
	"os"
	"slices"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// prepared is what a specification comes to here and now.
type prepared struct {
	commands []worker.Command
	group    cgroup.Files
	dir      *os.File // of a disk; nil otherwise
	bytes    int64
}

func (s Spec) prepare() (p prepared, err error) {
	p.group = cgroup.Own()
	switch {
	case s.CPU != nil:
		p.commands = slices.Repeat([]worker.Command{s.command(CPUArgs(s.CPU.Load))}, s.CPU.Workers)
	case s.Memory != nil:
		err = s.prepareMemory(&p)
	default:
		err = s.prepareDisk(&p)
	}
	return p, err
}

func (s Spec) command(args []string) worker.Command {
	args = append(args, worker.DeadlineFlag, worker.FormatDeadline(s.Deadline))
	c := worker.Command{Prefix: s.Prefix, Args: args}
	if s.ID != "" {
		c.Env = []string{worker.MarkFault + "=" + s.ID}
	}
	return c
}

func (s Spec) prepareMemory(p *prepared) error {
	if s.Memory.Cgroup != "" {
		p.group = cgroup.At(s.Memory.Cgroup)
	}
	machine, err := procfs.ReadMemory()
	if err != nil {
		return err
	}
	want, err := s.Memory.want(p.group.Memory(), machine)
	if err != nil {
		return err
	}
	p.bytes = want.bytes
	args := inGroup(MemoryArgs(want.bytes, s.Memory.Ramp, want.reserve), want.margin, s.Memory.Cgroup)
	p.commands = []worker.Command{s.command(args)}
	return nil
}
