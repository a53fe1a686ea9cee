package kindcluster

import (
	"context"
	"fmt"
)

// Delete removes every node of a cluster, with its volumes. One that is not there
// is no error.
func (e Engine) Delete(ctx context.Context, name string) error {
	// Containers and not what find makes of them: also one that is half made counts.
	ids, err := e.containers(ctx, name)
	if err != nil || len(ids) == 0 {
		return err
	}
	_, err = e.output(ctx, append([]string{"rm", "-f", "-v"}, ids...)...)
	if err == nil {
		return nil
	}
	// Others may have deleted the same ones meanwhile.
	if left, lookErr := e.containers(ctx, name); lookErr == nil && len(left) == 0 {
		return nil
	}
	return fmt.Errorf("delete the kind cluster %q: %w", name, err)
}

// containers are the ids of the nodes of a cluster.
func (e Engine) containers(ctx context.Context, name string) ([]string, error) {
	ids, err := e.output(ctx, "ps", "-a", "-q", "--no-trunc", "--filter", "label="+labelCluster+"="+name)
	if err != nil {
		return nil, fmt.Errorf("look for the kind cluster %q: %w", name, err)
	}
	return ids, nil
}
