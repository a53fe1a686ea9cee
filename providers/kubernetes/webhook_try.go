package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/kubernetes/webhook"
)

const (
	// triedFor bounds the requests that may be late; a look has a second for everything.
	triedFor = 500 * time.Millisecond

	// lateMargin is by how much more than the latency a request may be late on a busy server: far less than where it
	// waits for a webhook that it does not reach, which takes reviewMargin more.
	lateMargin = 250 * time.Millisecond
)

// tried is what became of dry runs of creating a ConfigMap: one that the fault
// hits, one that it leaves alone, and one that its webhook answers at once.
type tried struct {
	refused  bool          // by the fault's policy
	answered bool          // in time
	reached  bool          // the third was answered by the webhook
	took     time.Duration // of the first
	control  time.Duration // of the second; it was answered
}

// try creates nothing: dry runs go through admission, and nothing is stored.
func (s *session) try(ctx context.Context, namespace, id, mode string) (tried, error) {
	var got tried
	began := time.Now()
	if err := s.dryRun(ctx, namespace, controlName(id)); err != nil {
		return got, err
	}
	got.control = time.Since(began)
	trying, cancel := context.WithTimeout(ctx, triedFor)
	defer cancel()
	var beside sync.WaitGroup
	if mode == modeDelay {
		beside.Go(func() { got.reached = isReached(s.dryRun(trying, namespace, webhook.ReachedName(id))) })
	}
	began = time.Now()
	err := s.dryRun(trying, namespace, triedName(id))
	got.took = time.Since(began)
	beside.Wait()
	got.answered = err == nil || answeredByServer(err)
	switch {
	case err == nil:
		return got, nil
	case strings.Contains(err.Error(), addedName(id)) && answeredByServer(err):
		got.refused = true
		return got, nil
	case !got.answered && errors.Is(trying.Err(), context.DeadlineExceeded) && ctx.Err() == nil:
		return got, nil
	}
	return got, err
}

func (s *session) dryRun(ctx context.Context, namespace, name string) error {
	_, err := s.API.Post(ctx, "/api/v1/namespaces/"+namespace+"/configmaps?dryRun=All", map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": name, "namespace": namespace},
	})
	if err != nil {
		return fmt.Errorf("try a request in %s: %w", namespace, err)
	}
	return nil
}

// answeredByServer reports whether an error is an answer of the API server.
func answeredByServer(err error) bool {
	var status *undo.StatusError
	return errors.As(err, &status)
}
