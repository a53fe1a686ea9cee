package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gameday-dev/gameday/providers/internal/pause"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// askAgain is how long a pod that a budget protects is left alone, as kubectl
// does.
const askAgain = 5 * time.Second

// evict asks every pod to leave, and returns those that a budget protects.
func (i injection) evict(ctx context.Context, pods []guest) (left []guest, err error) {
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, g := range pods {
		group.Go(func() error {
			err := i.session.evictOne(ctx, g, i.grace(), false)
			switch {
			case isGone(err):
				return i.missed("the pod "+g.Name, err)
			case !isProtected(err):
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			left = append(left, g)
			return nil
		})
	}
	return left, group.Wait()
}

// evictAll asks again and again, until every pod has left, the claim is gone or
// ctx ends. What is gone by then may be what an eviction hit whose answer was lost.
func (i injection) evictAll(ctx context.Context, pods []guest) {
	i.again = true
	for len(pods) > 0 && pause.For(ctx, askAgain) {
		claimed, err := i.claimed(ctx)
		if err == nil && !claimed {
			return
		}
		if err != nil {
			continue // the server is away
		}
		if left, err := i.evict(ctx, pods); err == nil {
			pods = left
		} // or else all of them again
	}
}

// evictOne evicts the pod with that UID; dry has no effect. One that is gone, or
// replaced, is an error for isGone.
func (s *session) evictOne(ctx context.Context, g guest, grace *int64, dry bool) error {
	namespace, name, _ := strings.Cut(g.Name, "/")
	options := map[string]any{"preconditions": map[string]any{"uid": g.UID}}
	if grace != nil {
		options["gracePeriodSeconds"] = *grace
	}
	if dry {
		options["dryRun"] = []string{"All"}
	}
	_, err := s.API.Post(ctx, "/api/v1/namespaces/"+namespace+"/pods/"+name+"/eviction", map[string]any{
		"apiVersion": "policy/v1", "kind": "Eviction",
		"metadata": map[string]any{"namespace": namespace, "name": name}, "deleteOptions": options,
	})
	if err != nil {
		return fmt.Errorf("evict pod %s: %w", g.Name, err)
	}
	return nil
}

// isProtected reports whether a budget kept a pod from being evicted.
func isProtected(err error) bool {
	var status *undo.StatusError
	return errors.As(err, &status) && status.Code == http.StatusTooManyRequests
}
