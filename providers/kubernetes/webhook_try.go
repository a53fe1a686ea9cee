package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// triedFor bounds the request that may be late; a look has a second for everything.
const triedFor = 500 * time.Millisecond

// tried is what became of two dry runs of creating a ConfigMap: one that the fault
// hits, and one that it leaves alone.
type tried struct {
	refused  bool          // by the fault's policy
	answered bool          // in time
	took     time.Duration // of the first
	control  time.Duration // of the second; it was answered
}

// try creates nothing: dry runs go through admission, and nothing is stored.
func (s *session) try(ctx context.Context, namespace, id string) (tried, error) {
	var got tried
	began := time.Now()
	if err := s.dryRun(ctx, namespace, controlName(id)); err != nil {
		return got, err
	}
	got.control = time.Since(began)
	trying, cancel := context.WithTimeout(ctx, triedFor)
	defer cancel()
	began = time.Now()
	err := s.dryRun(trying, namespace, triedName(id))
	got.took = time.Since(began)
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

// finding compares the two. That the other request is answered at once tells a
// webhook that is late from an API server that is.
func (t tried) finding(namespace string, a admission) finding {
	quick := t.control.Round(time.Millisecond)
	f := finding{target: namespace, state: providers.Active}
	switch {
	case a.Mode == modeReject && t.refused:
		f.facts = []providers.Fact{{Name: "request_refused", Text: "the API server refuses a request in " + namespace, Value: 1, Unit: "requests"}}
	case a.Mode == modeReject:
		f.detail = "a request is not refused so far"
	case t.control >= min(a.Latency, triedFor)/2:
		f.detail = fmt.Sprintf("a request that is not delayed takes %s, too long to compare", quick)
	case !t.answered:
		f.facts = []providers.Fact{{
			Name: "request_delayed", Text: fmt.Sprintf("a request in %s has no answer after %s, one that is not delayed has after %s", namespace, triedFor, quick), Value: triedFor.Seconds(), Unit: "s",
		}}
	case t.took >= a.Latency:
		f.facts = []providers.Fact{{
			Name: "request_delayed", Text: fmt.Sprintf("a request in %s takes %s, one that is not delayed %s", namespace, t.took.Round(time.Millisecond), quick), Value: t.took.Seconds(), Unit: "s",
		}}
	default:
		f.detail = "a request is not delayed so far"
	}
	return f
}
