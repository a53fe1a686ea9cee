package kubernetes

import (
	"sync"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
)

// pins remember to which context and server a configuration led when it was
// planned first. A plan that was looked at and approved is then carried out on
// that cluster, even if somebody chose another context meanwhile.
type pins struct {
	mu  sync.Mutex
	all map[string]cluster.Access // by the key of the access without context and server
}

// resolve completes an access by what its kubeconfig says, now or at first.
func (p *pins) resolve(access cluster.Access) (cluster.Access, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if pinned, known := p.all[access.Key()]; known {
		return pinned, nil
	}
	connected, err := cluster.Connect(access)
	if err != nil {
		return access, err
	}
	key := access.Key()
	access.Context, access.Server = connected.Context, connected.Config.Host
	if p.all == nil {
		p.all = map[string]cluster.Access{}
	}
	if access.Kind == "" { // one of the same name may be made anew
		p.all[key] = access
	}
	return access, nil
}
