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
	told   bool      // that it watches
	wanted string    // as last read
	until  time.Time // by this machine's clock
}

func accountPath(r *Reaper) string {
	return "/api/v1/namespaces/" + r.Namespace + "/serviceaccounts/" + r.Name
}

// watching says once that the reaper has read its claims, so that it may be relied on.
func (a *account) watching(ctx context.Context, r *Reaper) error {
	if a.told {
		return nil
	}
	err := r.Store.API.Merge(ctx, accountPath(r), map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{mark.WatchingKey: "true"}},
	})
	if err != nil {
		return fmt.Errorf("say that it watches: %w", err)
	}
	a.told = true
	return nil
}

// busy keeps the reaper a moment longer than its claims.
func (a *account) busy(now time.Time) {
	if now.After(a.until) {
		a.until = now
	}
}

// leave removes the reaper when it is not wanted any more: its cluster roles, then the
// account that owns the rest. If the runner has asked for it meanwhile, the account is
// another version, and the reaper stays.
func (a *account) leave(ctx context.Context, r *Reaper, now time.Time) (bool, error) {
	api := r.Store.API
	o, err := api.Get(ctx, accountPath(r))
	if undo.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	metadata, _ := o["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	if wanted, _ := annotations[mark.WantedKey].(string); wanted != a.wanted {
		a.wanted, a.until = wanted, now.Add(mark.For(wanted))
	}
	if now.Before(a.until) {
		return false, nil
	}
	// A claim that came after the list had its runner ask for the reaper before.
	version, _ := metadata["resourceVersion"].(string)
	for key, name := range annotations {
		if !strings.HasPrefix(key, mark.ClusterRolePrefix) {
			continue
		}
		path := fmt.Sprintf("/apis/rbac.authorization.k8s.io/v1/clusterroles/%v", name)
		if err := api.Delete(ctx, path, "", nil); err != nil {
			return false, fmt.Errorf("remove the cluster role: %w", err)
		}
	}
	err = api.DeleteVersion(ctx, accountPath(r), version)
	if undo.IsConflict(err) {
		r.Log.Info("wanted again", "status", http.StatusConflict)
		return false, nil
	}
	return err == nil, err
}
