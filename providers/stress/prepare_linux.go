package stress

import (
	"fmt"
	"os"
	"slices"

	"github.com/gameday-dev/gameday/providers/diskspace"
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

func (s Spec) prepare() (prepared, error) {
	p := prepared{group: cgroup.Own()}
	switch {
	case s.CPU != nil:
		p.commands = slices.Repeat([]worker.Command{s.command(CPUArgs(s.CPU.Load))}, s.CPU.Workers)
		return p, nil
	case s.Memory != nil:
		return p, s.prepareMemory(&p)
	default:
		return p, s.prepareDisk(&p)
	}
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
	p.commands = []worker.Command{s.command(MemoryArgs(want.bytes, s.Memory.Ramp, want.reserve))}
	return nil
}

func (s Spec) prepareDisk(p *prepared) (err error) {
	root := s.Disk.Root
	if root == "" {
		root = "/"
	}
	if p.dir, err = diskspace.OpenDir(root, s.Disk.Path); err != nil {
		return err
	}
	space, err := diskspace.ReadFile(p.dir)
	if err != nil {
		return err
	}
	if p.bytes, err = s.Disk.want(space); err != nil {
		return err
	}
	const inWorker = "/proc/self/fd/3"
	c := s.command(DiskArgs(inWorker, p.bytes, s.Disk.Reserve))
	c.Files = []*os.File{p.dir}
	p.commands = []worker.Command{c}
	return nil
}

// want is how many bytes to take of a filesystem as it is.
func (d Disk) want(space diskspace.Space) (int64, error) {
	bytes := d.Size
	if bytes == 0 {
		bytes = int64(float64(space.Total)*d.Percent/100) - space.Used
	}
	switch {
	case bytes <= 0:
		return 0, fmt.Errorf("%s is %.1f percent full already, and percent is %g", d.Path, 100*float64(space.Used)/float64(space.Total), d.Percent)
	case space.Available-bytes < d.Reserve:
		return 0, fmt.Errorf("%w: %s has %.1f MiB available, %.1f MiB are to be taken, and %.1f MiB are to stay",
			ErrReserve, d.Path, mebi(space.Available), mebi(bytes), mebi(d.Reserve))
	}
	return bytes, nil
}
