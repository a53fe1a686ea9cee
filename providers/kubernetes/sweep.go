package kubernetes

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper"
)

var (
	_ providers.WithSweep = (*existing)(nil)
	_ providers.WithSweep = (*kind)(nil)
)

// Sweep finds what runs left in the cluster, by what stands there alone.
func (e *existing) Sweep(ctx context.Context, req providers.SweepRequest) ([]providers.Orphan, providers.Diagnostics) {
	return e.provider.sweep(ctx, accessFrom(req.Config, req.Dir), req)
}

// Sweep finds what runs left in the kind cluster. One that does not exist has nothing.
func (k *kind) Sweep(ctx context.Context, req providers.SweepRequest) ([]providers.Orphan, providers.Diagnostics) {
	c := kindConfigFrom(req.Config, req.Address, req.Dir)
	found, err := kindcluster.Find(ctx, c.spec.Name)
	if err != nil {
		return nil, providers.Errorf(nil, "No container engine", "%s.", capital(err))
	}
	if found == nil {
		return nil, nil
	}
	return k.provider.sweep(ctx, c.access, req)
}

// sweeping is one sweep of one cluster.
type sweeping struct {
	*session
	provider *Provider
	req      providers.SweepRequest
	held     []claim.Held
	beyond   []claim.Held // outside the fence: others' to undo, and none of it is a stray
	seesAll  bool         // whether every claim on this cluster was read
	read     []string     // the namespaces of which every claim was read; none stands for all
	unlisted []string     // what this user may not list: "secrets in shop"
	found    []providers.Orphan
	diags    providers.Diagnostics
}

// sweep undoes what runs left: faults by their claims, changes and objects whose claim
// is gone, and reapers of runs that hold no claims. What carries a fault's mark is read
// before the claims: a fault claims first and gives free last, so what is marked and
// not claimed is nobody's.
func (p *Provider) sweep(ctx context.Context, access cluster.Access, req providers.SweepRequest) ([]providers.Orphan, providers.Diagnostics) {
	s, err := p.sessions.open(access)
	if err != nil {
		return nil, providers.Errorf(nil, "Cannot reach the cluster", "%s.", capital(err))
	}
	w := &sweeping{session: s, provider: p, req: req}
	marked := w.marked(ctx)
	if w.held, err = s.claims().List(ctx, access.Namespaces...); err != nil {
		return nil, append(w.diags, providers.Errorf(nil, "Cannot read the claims of faults", "%s.", capital(err))...)
	}
	w.lookBeyond(ctx)
	w.claimed(ctx)
	w.strays(ctx, marked)
	w.reapers(ctx)
	w.hosts(ctx)
	return w.found, w.diags
}

// claimed undoes the faults that are claimed, the latest first.
func (w *sweeping) claimed(ctx context.Context) {
	for _, h := range slices.Backward(w.held) {
		if h.Broken != nil {
			w.add(providers.Orphan{Type: "claim", Run: h.Run, ID: h.Namespace + "/" + h.Name, Error: h.Broken.Error()})
			continue
		}
		if w.req.Run != "" && w.req.Run != h.Claim.Run {
			continue
		}
		o := orphanOf(h)
		switch {
		case !h.Over(h.Read) && !w.req.Alive:
			o.Kept = "its deadline has not passed, so that its run may be alive"
		case !w.req.Look:
			o.Undone, o.Error = outcome(w.claims().Undo(ctx, h))
		}
		w.add(o)
	}
}

func orphanOf(h claim.Held) providers.Orphan {
	o := providers.Orphan{Run: h.Claim.Run, ID: h.Claim.ID, Address: h.Claim.Address, Type: h.Claim.Type, Deadline: h.Claim.Deadline}
	for _, t := range h.Claim.Targets {
		o.Targets = append(o.Targets, providers.Target(t))
	}
	return o
}

func outcome(err error) (done bool, text string) {
	if err != nil {
		return false, err.Error()
	}
	return true, ""
}

// add puts the parts of one fault, which stand in several namespaces, together.
func (w *sweeping) add(o providers.Orphan) {
	at := slices.IndexFunc(w.found, func(f providers.Orphan) bool { return o.ID != "" && f.ID == o.ID && f.Type == o.Type })
	if at < 0 {
		w.found = append(w.found, o)
		return
	}
	f := &w.found[at]
	f.Targets = append(f.Targets, o.Targets...)
	f.Undone = f.Undone && o.Undone
	f.Error = joined(f.Error, o.Error)
	f.Kept = cmp.Or(f.Kept, o.Kept)
}

// strays undoes what carries the mark of a fault that holds no claim.
func (w *sweeping) strays(ctx context.Context, marked []stray) {
	for _, m := range marked {
		if w.isClaimed(m) || w.req.Run != "" && m.run != w.req.Run {
			continue
		}
		o := providers.Orphan{Run: m.run, ID: m.id, Type: m.kind, Targets: []providers.Target{{Kind: m.kind, Name: m.name, UID: m.step.UID}}}
		switch {
		case w.mayBeClaimed(m):
			o.Kept = "its claim may stand where this user can't look: sweep as one who may list leases in all namespaces, or say with -run and -alive that its run is dead"
		case !w.req.Look:
			o.Undone, o.Error = outcome(w.API.Undo(ctx, m.id, m.step))
		}
		w.add(o)
	}
}

// reapers removes those of runs that hold no claims any more. They go by themselves
// soon, unless their run was killed before they were whole. Only where the claims can be
// read it is known that a run holds none, unless somebody says that it is dead.
func (w *sweeping) reapers(ctx context.Context) {
	namespaces := w.read
	if w.req.Run != "" && w.req.Alive {
		namespaces = claim.Around(w.Access.Namespaces)
	}
	left, err := reaper.Leftovers(ctx, w.Cluster, w.req.Run, namespaces...)
	if err != nil {
		w.diags = append(w.diags, providers.Errorf(nil, "Reapers are not known", "%s.", capital(err))...)
		return
	}
	parts := map[string][]string{}
	for _, l := range left {
		parts[l.Run] = append(parts[l.Run], l.String())
	}
	for _, run := range slices.Sorted(maps.Keys(parts)) {
		o := providers.Orphan{Run: run, Type: "reaper", Address: strings.Join(parts[run], ", ")}
		switch {
		case w.stillClaims(run):
			o.Kept = "faults of its run are in place"
		case !w.req.Alive && w.req.Run == "":
			o.Kept = "its run may be alive and about to need it; it goes by itself within a minute, or with -run or -alive"
		case !w.req.Look:
			o.Undone, o.Error = outcome(reaper.Remove(ctx, w.Cluster, run, namespaces...))
		}
		w.add(o)
	}
}

// stillClaims reports whether a fault of the run is in place after this sweep.
func (w *sweeping) stillClaims(run string) bool {
	return slices.ContainsFunc(w.beyond, func(h claim.Held) bool { return h.Run == run }) || slices.ContainsFunc(w.found, func(o providers.Orphan) bool {
		return o.Run == run && o.ID != "" && !o.Undone && (o.Kept != "" || o.Error != "")
	})
}
