//go:build linux

package supervisor

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/gameday-dev/gameday/providers/faultproxy"
)

// links are all links of the environment.
type links struct {
	mu     sync.Mutex
	closed bool
	byName map[string]*link
}

// link is a hop of TCP through a fault proxy. It lives in the supervisor, so it
// ends with it, whatever ended the supervisor.
type link struct {
	spec  LinkSpec
	proxy *faultproxy.Proxy
}

// open opens a link; the same name twice is the same link.
func (ls *links) open(spec LinkSpec) (LinkStatus, error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if known := ls.byName[spec.Name]; known != nil {
		return known.status(), nil
	}
	if ls.closed {
		return LinkStatus{}, errEnding
	}
	proxy, err := faultproxy.Start(faultproxy.Config{Listen: spec.Listen, Upstream: spec.To})
	if err != nil {
		return LinkStatus{}, inUse(fmt.Errorf("link %s: listen on %s: %w", spec.Name, spec.Listen, err))
	}
	opened := &link{spec: spec, proxy: proxy}
	ls.byName[spec.Name] = opened
	return opened.status(), nil
}

func (ls *links) named(name string) (*link, error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l := ls.byName[name]; l != nil {
		return l, nil
	}
	return nil, fmt.Errorf("there is no link %q in this environment", name)
}

func (ls *links) all() []*link {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	var all []*link
	for _, name := range slices.Sorted(maps.Keys(ls.byName)) {
		all = append(all, ls.byName[name])
	}
	return all
}

func (ls *links) status() []LinkStatus {
	var out []LinkStatus
	for _, l := range ls.all() {
		out = append(out, l.status())
	}
	return out
}

func (l *link) status() LinkStatus { return LinkStatus{LinkSpec: l.spec, Address: l.proxy.Addr()} }

// closeAll closes every link and opens none any more.
func (ls *links) closeAll() error {
	ls.mu.Lock()
	ls.closed = true
	ls.mu.Unlock()
	var failed error
	for _, l := range ls.all() {
		failed = errFirst(failed, l.proxy.Close())
	}
	return failed
}
