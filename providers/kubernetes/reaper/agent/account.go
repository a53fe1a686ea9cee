package agent

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// account is what a reaper and its runner say to each other, by annotations of its
// service account.
type account struct {
	told   string    // the wish that it last answered
	wanted string    // as last read
	until  time.Time // by this machine's clock
}

func accountPath(r *Reaper) string {
	return "/api/v1/namespaces/" + r.Namespace + "/serviceaccounts/" + r.Name
}

// watching answers every wish of the runner with its own words, when the claims were
// read: a word said once would also be there when this process is not any more.
func (a *account) watching(ctx context.Context, r *Reaper) error {
	o, err := r.Store.API.Get(ctx, accountPath(r))
	if undo.IsNotFound(err) {
		return nil // leave finds so, when no claim is left
	}
	if err != nil {
		return fmt.Errorf("read whether it is wanted: %w", err)
	}
	wanted, _ := annotationsOf(o)[mark.WantedKey].(string)
	if wanted == a.told {
		return nil
	}
	if err := a.say(ctx, r, mark.WatchingKey, wanted, ""); err != nil {
		return fmt.Errorf("say that it watches: %w", err)
	}
	a.told = wanted
	return nil
}

// say writes an annotation; with a version, only if the account is still of it.
func (a *account) say(ctx context.Context, r *Reaper, key, value, version string) error {
	metadata := map[string]any{"annotations": map[string]any{key: value}}
	if version != "" {
		metadata["resourceVersion"] = version
	}
	return r.Store.API.Merge(ctx, accountPath(r), map[string]any{"metadata": metadata})
}

func annotationsOf(o map[string]any) map[string]any {
	metadata, _ := o["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	return annotations
}

// busy keeps the reaper a moment longer than its claims.
func (a *account) busy(now time.Time) {
	if now.After(a.until) {
		a.until = now
	}
}

// leave removes the reaper when it is not wanted any more. First it says that it
// goes, on the account as it has read it: if the runner has asked for it meanwhile,
// that is another version, and the reaper stays with all of its rights. A runner that
// asks later reads that it goes, and makes another.
func (a *account) leave(ctx context.Context, r *Reaper, now time.Time) (bool, error) {
	o, err := r.Store.API.Get(ctx, accountPath(r))
	if undo.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	annotations := annotationsOf(o)
	if annotations[mark.LeavingKey] != nil { // said before this process began
		return a.remove(ctx, r, annotations)
	}
	if wanted, _ := annotations[mark.WantedKey].(string); wanted != a.wanted {
		a.wanted, a.until = wanted, now.Add(mark.For(wanted))
	}
	if now.Before(a.until) {
		return false, nil
	}
	// A claim that came after the list had its runner ask for the reaper before.
	metadata, _ := o["metadata"].(map[string]any)
	version, _ := metadata["resourceVersion"].(string)
	err = a.say(ctx, r, mark.LeavingKey, "true", version)
	if undo.IsConflict(err) {
		r.Log.Info("wanted again", "status", http.StatusConflict)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("say that it goes: %w", err)
	}
	return a.remove(ctx, r, annotations)
}

// remove deletes its cluster roles, then the account that owns the rest, the role among it by which it deletes
// the account. The right to delete a cluster role stands in that very role, and a server asks for rights before
// it looks whether something is there. So one that is refused counts as gone: a process before this one has
// deleted it, or somebody has taken the right away, and then it is for the end of the run or a sweep to find.
func (a *account) remove(ctx context.Context, r *Reaper, annotations map[string]any) (bool, error) {
	for key, name := range annotations {
		if !strings.HasPrefix(key, mark.ClusterRolePrefix) {
			continue
		}
		path := fmt.Sprintf("/apis/rbac.authorization.k8s.io/v1/clusterroles/%v", name)
		if err := r.Store.API.Delete(ctx, path, "", nil); err != nil && !undo.IsForbidden(err) {
			return false, fmt.Errorf("remove the cluster role: %w", err)
		}
	}
	err := r.Store.API.Delete(ctx, accountPath(r), "", nil)
	return err == nil, err
}
