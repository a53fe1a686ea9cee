package faultproxy

import (
	"net"
	"time"
)

// settling is how long a proxy that retires still accepts, behind Close. Who redirects to it leads no
// new connection here by then, but handshakes that were under way end here: the listener's end would
// reset them. It is enough for a far client whose last packet of the handshake is lost once, which
// takes the kernel a second to notice.
const settling = 2 * time.Second

// lastLook is how long it then takes what the kernel has completed meanwhile.
const lastLook = 100 * time.Millisecond

// retire ends the rules and lets the sessions go on, waiting for them for as long
// as Config.Drain says.
func (p *Proxy) retire() error {
	if !p.pardon() {
		return nil
	}
	patience := time.NewTimer(p.config.Drain)
	defer patience.Stop()
	p.deafen(settling)
	go func() {
		<-p.deaf
		_ = p.listener.Close() // nobody is left to be told
		p.release()
	}()
	select {
	case <-p.vacant:
	case <-patience.C:
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
	p.vacate()
	return true
}

// vacate notes that a proxy that retires has no session left; more may come until it has
// settled. The caller holds the lock.
func (p *Proxy) vacate() {
	if !p.retiring || len(p.sessions) > 0 {
		return
	}
	select {
	case <-p.vacant: // for the second time
	default:
		close(p.vacant)
	}
}

// deafen has accept end after a while.
func (p *Proxy) deafen(after time.Duration) {
	if l, ok := p.listener.(*net.TCPListener); ok {
		_ = l.SetDeadline(time.Now().Add(after))
	}
}
