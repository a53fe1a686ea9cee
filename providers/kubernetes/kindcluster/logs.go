package kindcluster

import (
	"context"
	"fmt"
)

// CollectLogs writes what the nodes of a cluster have logged, its pods' logs among
// it, into a folder. It stops waiting when ctx ends.
func (e Engine) CollectLogs(ctx context.Context, name, dir string) error {
	done := make(chan error, 1)
	go func() { done <- e.provider(nil).CollectLogs(name, dir) }()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("collect the logs of the kind cluster %q: %w", name, failure(err))
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("collect the logs of the kind cluster %q: %w", name, ctx.Err())
	}
}
