package kubernetes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// errClaimed says that faults of the run have not been undone.
var errClaimed = errors.New("faults of the run are not undone yet, and the reaper is left there for them: gameday recover or gameday sweep undoes them")

// companion is a kind of object that accompanies a run: reaper and prober pods
// and what they may do. What faults add is not among them: that is theirs to undo.
type companion struct {
	prefix, plural string
	namespaced     bool
}

// companions are in the order of their removal: who acts goes before what lets it
// act.
func companions() []companion {
	const rbac = "/apis/rbac.authorization.k8s.io/v1"
	return []companion{
		{"/apis/batch/v1", "jobs", true},
		{"/api/v1", "pods", true},
		{"/api/v1", "services", true},
		{"/api/v1", "configmaps", true},
		{"/api/v1", "secrets", true},
		{rbac, "rolebindings", true},
		{rbac, "roles", true},
		{rbac, "clusterrolebindings", false},
		{rbac, "clusterroles", false},
		{"/api/v1", "serviceaccounts", true},
	}
}

// added is an object that a run added.
type added struct {
	path string // in the API
	uid  string
	text string // "pod shop/gameday-reaper"

	reaper bool   // or what belongs to one
	home   string // its namespace, or that of the reaper to which it belongs
}

// clean removes what a run added to a cluster.
func (p *Provider) clean(ctx context.Context, h handle) error {
	s, err := p.sessions.open(h.Access)
	if err != nil {
		return fmt.Errorf("remove what run %s added: %w", h.Run, err)
	}
	if err := s.closeClaims(ctx, h.Run); err != nil {
		return err
	}
	left, err := s.added(ctx, h.Run)
	if err != nil {
		return err
	}
	at := int64(0) // nothing of ours has anything to finish
	free := map[string]bool{}
	for _, object := range left {
		if _, known := free[object.home]; object.reaper && !known {
			free[object.home] = s.free(ctx, h.Run, object.home)
		}
		if object.reaper && !free[object.home] {
			continue // a fault there may need it; where none does, it goes by itself
		}
		if err := s.API.Delete(ctx, object.path, object.uid, &at); err != nil {
			return fmt.Errorf("remove %s: %w", object.text, err)
		}
	}
	return nil
}

// closeClaims makes sure that the run holds none any more, as far as this user may read them. A fault whose deadline has passed is
// undone: its run may have noted its end while the claim stood, and nothing in the cluster takes away that of a fault inside pods.
// Any other claim is an error, and is left: it may be that of a fault in another environment of the run.
func (s *session) closeClaims(ctx context.Context, run string) error {
	held, err := s.readable(ctx, run)
	if err != nil {
		return err
	}
	var faults []string
	var failed error
	for _, h := range held {
		if h.Run != run {
			continue
		}
		if h.Broken == nil && !time.Now().Before(h.Claim.Deadline) {
			if err = s.claims().Undo(ctx, h); err == nil {
				continue
			}
			failed = errors.Join(failed, err)
		}
		faults = append(faults, cmp.Or(h.Claim.Address, h.Namespace+"/"+h.Name))
	}
	if len(faults) > 0 {
		return errors.Join(fmt.Errorf("%w (%s)", errClaimed, strings.Join(faults, ", ")), failed)
	}
	return nil
}

// readable are the claims in each namespace around the fence, or everywhere, where this user may read them.
func (s *session) readable(ctx context.Context, run string) ([]claim.Held, error) {
	store := claim.Store{API: s.API}
	namespaces := claim.Around(s.Access.Namespaces)
	if len(namespaces) == 0 {
		held, err := store.List(ctx)
		return held, unlessHidden(err)
	}
	var all []claim.Held
	for _, ns := range namespaces {
		held, err := store.OfRun(ctx, run, ns)
		if err := unlessHidden(err); err != nil {
			return nil, err
		}
		all = append(all, held...)
	}
	return all, nil
}

func unlessHidden(err error) error {
	if undo.IsForbidden(err) || undo.IsNotFound(err) {
		return nil
	}
	return err
}

// free reports whether a run is seen to hold no claim in a namespace. Who may not read the claims of all may read those of
// one, and others may have made them where this user may not.
func (s *session) free(ctx context.Context, run, namespace string) bool {
	held, err := claim.Store{API: s.API}.OfRun(ctx, run, namespace)
	return err == nil && len(held) == 0
}

// leftovers is what a run added and is still there, for people.
func (p *Provider) leftovers(ctx context.Context, h handle) ([]string, error) {
	s, err := p.sessions.open(h.Access)
	if err != nil {
		return nil, fmt.Errorf("look for what run %s added: %w", h.Run, err)
	}
	left, err := s.added(ctx, h.Run)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, object := range left {
		names = append(names, object.text)
	}
	return names, nil
}

// added finds what a run added, in the order of removal. Kinds that this user may
// not list are those that it could not have added either.
func (s *session) added(ctx context.Context, run string) ([]added, error) {
	var all []collection
	for _, c := range companions() {
		all = append(all, c.collections(s.Access, undo.LabelRun+"="+run+",!"+undo.LabelFault)...)
	}
	parts := make([][]added, len(all))
	var group errgroup.Group
	for i, c := range all {
		group.Go(func() error {
			answer, err := s.API.Get(ctx, c.path+"?labelSelector="+url.QueryEscape(c.selector))
			if undo.IsForbidden(err) || undo.IsNotFound(err) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("look for what run %s added: %w", run, err)
			}
			parts[i] = objectsOf(c.path, answer)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(parts...), nil
}

// collection is where to look for companions, and for which.
type collection struct{ path, selector string }

// collections are those of the fence and of the namespace for things of the cluster, or of all namespaces at once. What
// stands in no namespace belongs to a reaper in one, which may be one of another environment of the same run.
func (c companion) collections(access cluster.Access, selector string) []collection {
	whole := c.prefix + "/" + c.plural
	namespaces := claim.Around(access.Namespaces)
	switch {
	case len(namespaces) == 0:
		return []collection{{whole, selector}}
	case !c.namespaced:
		return []collection{{whole, selector + "," + mark.Home + " in (" + strings.Join(namespaces, ",") + ")"}}
	}
	var all []collection
	for _, ns := range namespaces {
		all = append(all, collection{c.prefix + "/namespaces/" + ns + "/" + c.plural, selector})
	}
	return all
}

// isServing reports whether an object is an agent's pod that is going already: what it still
// serves is not to be cut.
func isServing(metadata map[string]any) bool {
	labels, _ := metadata["labels"].(map[string]any)
	return labels[resident.HostLabel] == resident.HostValue && metadata["deletionTimestamp"] != nil
}

// objectsOf are the objects in the answer to a list.
func objectsOf(collection string, answer map[string]any) []added {
	prefix, plural := collection[:strings.LastIndex(collection, "/")], collection[strings.LastIndex(collection, "/")+1:]
	items, _ := answer["items"].([]any)
	var out []added
	for _, item := range items {
		o, _ := item.(map[string]any)
		metadata, _ := o["metadata"].(map[string]any)
		if isServing(metadata) {
			continue
		}
		name, _ := metadata["name"].(string)
		namespace, _ := metadata["namespace"].(string)
		uid, _ := metadata["uid"].(string)
		base := prefix
		if namespace != "" && !strings.Contains(prefix, "/namespaces/") {
			base += "/namespaces/" + namespace
		}
		text := strings.TrimSuffix(plural, "s") + " " + name
		if namespace != "" {
			text = strings.TrimSuffix(plural, "s") + " " + namespace + "/" + name
		}
		labels, _ := metadata["labels"].(map[string]any)
		home, _ := labels[mark.Home].(string)
		out = append(out, added{reaper: labels[mark.Component] == mark.Reaper, home: cmp.Or(namespace, home), path: base + "/" + plural + "/" + name, uid: uid, text: text})
	}
	return out
}
