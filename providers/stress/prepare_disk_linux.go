package stress

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/diskspace"
	"github.com/gameday-dev/gameday/providers/internal/cgroup"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

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
	if err := roomInMemory(p.dir, p.bytes, p.group.Memory()); err != nil {
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
		bytes = space.UpTo(d.Percent)
	}
	switch {
	case bytes <= 0:
		return 0, fmt.Errorf("%s is %.1f percent full already, and percent is %g", d.Path, space.Percent(), d.Percent)
	case space.Available-bytes < d.Reserve:
		return 0, fmt.Errorf("%w: %s has %.1f MiB available, %.1f MiB are to be taken, and %.1f MiB are to stay",
			ErrReserve, d.Path, mebi(space.Available), mebi(bytes), mebi(d.Reserve))
	}
	return bytes, nil
}

// roomInMemory refuses a file in a filesystem whose files are memory (tmpfs, as an
// emptyDir of the medium Memory), if the control group could not keep its margin:
// the kernel counts them to the group of whoever writes them. It is ErrReserve then.
func roomInMemory(dir *os.File, bytes int64, group cgroup.Memory) error {
	var stat unix.Statfs_t
	if err := unix.Fstatfs(int(dir.Fd()), &stat); err != nil {
		return fmt.Errorf("read the kind of filesystem of %s: %w", dir.Name(), err)
	}
	if stat.Type != unix.TMPFS_MAGIC || group.Limit == cgroup.Unlimited {
		return nil
	}
	margin := group.Limit / marginShare
	if group.Headroom-bytes < margin {
		return fmt.Errorf("%w: files in %s are memory, of whose limit %.1f MiB are free, %.1f MiB are to be taken, and %.1f MiB are to stay",
			ErrReserve, dir.Name(), mebi(group.Headroom), mebi(bytes), mebi(margin))
	}
	return nil
}
