//go:build linux

package supervisor

import "time"

const (
	firstBackoff = 100 * time.Millisecond
	lastBackoff  = 5 * time.Second
	lasting      = 10 * time.Second // a start that lived this long was a good one
)

// watch waits for the end of a start and applies the restart policy to it.
func (p *process) watch(c *child) {
	<-c.done
	p.log.Info("ended", "process", p.spec.Name, "pid", c.identity.PID, "how", describeExit(c.status))
	wait, again := p.afterExit(c)
	if !again {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.life.Done():
		return
	}
	if err := p.start(p.life); err != nil {
		p.log.Warn("restart", "process", p.spec.Name, "error", err)
	}
}

// afterExit says whether the policy wants another start, and after how long.
// Starts that do not last are spaced out, so that a crash loop stays cheap.
func (p *process) afterExit(c *child) (wait time.Duration, again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current != c {
		return 0, false
	}
	p.ready = false
	if time.Since(p.begun) >= lasting {
		p.quick = 0
	}
	wait = min(firstBackoff<<min(p.quick, 10), lastBackoff)
	p.quick++
	return wait, p.held == 0 && p.wantsRestart(c)
}

func (p *process) wantsRestart(c *child) bool {
	switch p.spec.Restart {
	case RestartAlways:
		return true
	case RestartOnFailure:
		return c.status.Signaled() || c.status.ExitStatus() != 0
	default:
		return false
	}
}
