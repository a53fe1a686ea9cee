package faultproxy

import (
	"fmt"
	"net"
	"time"
)

// settling is how long a proxy that retires still accepts: connections that the
// kernel has completed for it would be reset with the listener, and a redirect
// whose time is over ends only with the next tick of the kernel.
const settling = 100 * time.Millisecond

// retire ends the rules and lets the sessions go on, waiting for them for as long
// as Config.Drain says.
func (p *Proxy) retire() error {
	if !p.pardon() {
		return nil
	}
	patience := time.NewTimer(p.config.Drain)
	defer patience.Stop()
	err := p.stopAccepting(min(settling, p.config.Drain))
	go p.release()
	select {
	case <-p.done:
	case <-patience.C:
	}
	if err != nil {
		return fmt.Errorf("close fault proxy: %w", err)
	}
	return nil
}

// pardon ends all rules for good, and reports whether the proxy was open.
func (p *Proxy) pardon() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.retiring || p.closed {
		return false
	}
	p.retiring = true
	p.liftAll()
	return true
}

// stopAccepting closes the listener after a while.
func (p *Proxy) stopAccepting(after time.Duration) error {
	if l, ok := p.listener.(*net.TCPListener); ok {
		_ = l.SetDeadline(time.Now().Add(after))
	}
	<-p.deaf
	return p.listener.Close()
}
