package stress

import (
	"errors"
	"fmt"
	"time"
)

// Spec says what to use up. Exactly one of CPU, Memory and Disk is set.
type Spec struct {
	ID       string    `json:"id,omitempty"` // fault id; workers carry it in their environment
	CPU      *CPU      `json:"cpu,omitempty"`
	Memory   *Memory   `json:"memory,omitempty"`
	Disk     *Disk     `json:"disk,omitempty"`
	Deadline time.Time `json:"deadline"` // when the workers end, by the wall clock

	// Prefix are the arguments that lead to Main in this binary, such as "agent".
	Prefix []string `json:"-"`
}

// CPU is processor time.
type CPU struct {
	Workers int     `json:"workers"`
	Load    float64 `json:"load"` // percent of one processor, of each worker: above 0, at most 100

	// Limit is how many processors all workers may use by a limit that applies to them; who reads Stats may take it for
	// the reason of a lesser load. 0: none is known.
	Limit float64 `json:"limit,omitempty"`
}

// Memory is resident memory. Either Size or Percent is set.
type Memory struct {
	Size    int64         `json:"size,omitempty"`    // bytes
	Percent float64       `json:"percent,omitempty"` // of the limit
	Ramp    time.Duration `json:"ramp,omitempty"`    // nanoseconds in JSON; until all of it is held. Start does not wait for that

	// Limit is the memory limit in bytes that applies to the workers. 0: the nearest
	// limit in the files of the control group.
	Limit int64 `json:"limit,omitempty"`
	// Used is what others use of that limit already, in bytes. What the files of the
	// control group say counts if it is more, and is all that is looked at during a ramp.
	Used int64 `json:"used,omitempty"`
	// Margin is what must be left of the limit, and of the machine's available
	// memory, in bytes. 0: 5 % of the limit; of the machine's memory 5 %, but at most
	// 256 MiB, if that is more. A fault that would touch it is refused; one that comes to
	// touch it during its ramp, as others have grown, gives up.
	Margin int64 `json:"margin,omitempty"`
	// Force takes the memory whatever is left, so that somebody may be killed for
	// lack of memory: the worker first, where the kernel has the choice.
	Force bool `json:"force,omitempty"`
	// Cgroup is the root of the cgroup filesystem to read; empty for this process's
	// own group, "/proc/PID/root/sys/fs/cgroup" for another container's.
	Cgroup string `json:"cgroup,omitempty"`
}

// Disk is space of a filesystem. Either Size or Percent is set.
type Disk struct {
	Root    string  `json:"root,omitempty"`    // in which Path is looked up with all its links; "/proc/PID/root" for another container, "/" when empty
	Path    string  `json:"path"`              // a folder
	Size    int64   `json:"size,omitempty"`    // bytes
	Percent float64 `json:"percent,omitempty"` // how full the filesystem is to be afterwards, as the Use% of df(1)
	Reserve int64   `json:"reserve,omitempty"` // bytes that must stay available to others
}

// Validate says what is wrong with the specification, before anything happens.
func (s Spec) Validate() error {
	if s.Deadline.IsZero() {
		return errors.New("stress: expected a deadline")
	}
	var problems []error
	kinds := 0
	if s.CPU != nil {
		kinds, problems = kinds+1, append(problems, s.CPU.validate())
	}
	if s.Memory != nil {
		kinds, problems = kinds+1, append(problems, s.Memory.validate())
	}
	if s.Disk != nil {
		kinds, problems = kinds+1, append(problems, s.Disk.validate())
	}
	if kinds != 1 {
		problems = append(problems, fmt.Errorf("stress: expected exactly one of cpu, memory and disk, found %d", kinds))
	}
	return errors.Join(problems...)
}

// maxWorkers is where a number of workers is a mistake rather than a wish.
const maxWorkers = 4096

func (c CPU) validate() error {
	switch {
	case c.Workers < 1 || c.Workers > maxWorkers:
		return fmt.Errorf("stress: workers is %d, expected 1 to %d", c.Workers, maxWorkers)
	case !(c.Load > 0 && c.Load <= 100):
		return fmt.Errorf("stress: load is %g, expected a percentage above 0 and at most 100", c.Load)
	case !(c.Limit >= 0):
		return fmt.Errorf("stress: limit is %g, expected processors, or 0 without one", c.Limit)
	}
	return nil
}

func (m Memory) validate() error {
	if m.Ramp < 0 || m.Limit < 0 || m.Used < 0 || m.Margin < 0 {
		return fmt.Errorf("stress: expected no negative ramp, limit, used and margin, found %s, %d, %d and %d", m.Ramp, m.Limit, m.Used, m.Margin)
	}
	return sizeOrPercent(m.Size, m.Percent)
}

func (d Disk) validate() error {
	switch {
	case d.Path == "":
		return errors.New("stress: expected the path of a folder")
	case d.Reserve < 0:
		return fmt.Errorf("stress: reserve is %d, expected bytes", d.Reserve)
	}
	return sizeOrPercent(d.Size, d.Percent)
}

func sizeOrPercent(size int64, percent float64) error {
	switch {
	case size == 0 && percent > 0 && percent <= 100, size > 0 && percent == 0:
		return nil
	default:
		return fmt.Errorf("stress: expected either a size of at least 1 byte or a percent above 0 and at most 100, found %d and %g", size, percent)
	}
}
