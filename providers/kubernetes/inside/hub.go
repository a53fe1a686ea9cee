package inside

import (
	"context"
	"sync"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/link"
)

// Hub keeps the prober pods of this process: one for each run and environment, as
// long as something runs in it. The zero Hub is ready for use.
type Hub struct {
	mu  sync.Mutex
	all map[key]*place
}

// key tells places apart.
type key struct{ cluster, run, environment string }

// place is an environment of a run, with its prober while it is needed.
type place struct {
	mu    sync.Mutex
	users int
	pods  *pods
	link  *link.Link // nil without users
}

// Runs says whether a type can run in a prober pod: those whose whole work is to
// speak to an address.
func Runs(kind providers.Kind, name string) bool {
	switch kind {
	case providers.KindProbe:
		return name == "http" || name == "tcp"
	case providers.KindLoad:
		return name == "http"
	default:
		return false
	}
}

// OpenProbe opens a probe in the cluster.
func (h *Hub) OpenProbe(ctx context.Context, c *cluster.Cluster, req providers.InsideRequest) (providers.Streamer, providers.Diagnostics) {
	open, diags := message(c, req)
	if diags.HasErrors() {
		return nil, diags
	}
	at := h.place(c, req)
	streamer, problems := at.use().Probe(ctx, open, req.Fields, sync.OnceValue(at.leave))
	if streamer == nil {
		problems = append(problems, leaving(at.leave())...)
		return nil, append(diags, problems...)
	}
	return streamer, append(diags, problems...)
}

// OpenLoad opens a load in the cluster.
func (h *Hub) OpenLoad(ctx context.Context, c *cluster.Cluster, req providers.InsideRequest) (providers.Generator, providers.Diagnostics) {
	open, diags := message(c, req)
	if diags.HasErrors() {
		return nil, diags
	}
	at := h.place(c, req)
	generator, problems := at.use().Load(ctx, open, sync.OnceValue(at.leave))
	if generator == nil {
		problems = append(problems, leaving(at.leave())...)
		return nil, append(diags, problems...)
	}
	return generator, append(diags, problems...)
}

func (h *Hub) place(c *cluster.Cluster, req providers.InsideRequest) *place {
	at := h.placeOf(c, req)
	at.pods.shun(req.Targets)
	return at
}

func (h *Hub) placeOf(c *cluster.Cluster, req providers.InsideRequest) *place {
	h.mu.Lock()
	defer h.mu.Unlock()
	k := key{c.Access.Key(), req.Run, req.Environment.Address}
	if h.all == nil {
		h.all = map[key]*place{}
	}
	if h.all[k] == nil {
		h.all[k] = &place{pods: newPods(c, req.Run, req.Environment.Address)}
	}
	return h.all[k]
}

// use is the link to the prober, for one user more.
func (p *place) use() *link.Link {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users == 0 {
		p.link = link.New(p.pods.dial)
	}
	p.users++
	return p.link
}

// leave is the end of one user. The pod goes with the last one.
func (p *place) leave() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users--; p.users > 0 {
		return nil
	}
	p.link.Close()
	p.link = nil
	return p.pods.remove()
}

func leaving(err error) providers.Diagnostics {
	if err == nil {
		return nil
	}
	return providers.Warningf(nil, "Prober pod is left", "%s.", err)
}
