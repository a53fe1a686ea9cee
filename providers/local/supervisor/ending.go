//go:build linux

package supervisor

import (
	"context"
	"os"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// revertTimeout is how long the end of everything waits for faults. Each ends what it
// started within killTimeout, after one more that may be under way on its process.
const revertTimeout = 2*killTimeout + time.Second

// end ends everything, once, and returns when nothing is left that can be ended. Faults
// come first, all at the same time: what they harm may be outside of this
// environment.
func (s *server) end(why string) {
	s.endOnce.Do(func() {
		s.log.Info("ending", "why", why)
		s.endLife(errEnding)
		s.revertAll()
		s.processes.stopAll()
		if err := s.links.closeAll(); err != nil {
			s.log.Warn("close links", "error", err)
		}
		s.endDescendants()
		if err := RemoveSocket(s.socket); err != nil {
			s.log.Warn("remove the socket", "error", err)
		}
		s.log.Info("ended")
		close(s.ended)
	})
	<-s.ended
}

func (s *server) revertAll() {
	ctx, cancel := context.WithTimeout(context.Background(), revertTimeout)
	defer cancel()
	s.faults.revertAll(ctx)
}

// endDescendants kills what left its process group: the supervisor adopts every
// orphan below it, so they turn up among its children.
func (s *server) endDescendants() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		live := liveChildren()
		if len(live) == 0 {
			return
		}
		for _, stat := range live {
			_ = stat.Identity().Signal(syscall.SIGKILL)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.log.Error("children survive SIGKILL", "count", len(live))
			return
		}
	}
}

func liveChildren() []procfs.Stat {
	children, _ := procfs.Children(os.Getpid())
	var live []procfs.Stat
	for _, stat := range children {
		if !stat.Gone() {
			live = append(live, stat)
		}
	}
	return live
}
