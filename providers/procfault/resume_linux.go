package procfault

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// Resume ends a pause from any process, by its fault id, and is right also when
// there is none any more. It returns how many tracers it has ended.
func Resume(id string) (int, error) {
	found, err := procfs.Marked(worker.MarkFault + "=" + id)
	if err != nil {
		return 0, err
	}
	ended, failed := 0, error(nil)
	for _, stat := range found {
		switch err := stat.Identity().Signal(syscall.SIGKILL); {
		case err == nil:
			ended++
		case !errors.Is(err, procfs.ErrGone):
			failed = errors.Join(failed, fmt.Errorf("end tracer %d of pause %s: %w", stat.PID, id, err))
		}
	}
	return ended, failed
}
