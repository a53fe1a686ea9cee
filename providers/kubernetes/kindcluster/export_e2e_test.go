//go:build e2e

package kindcluster

import "context"

// Without names the nodes of a cluster that do not have an image of the engine.
func (e Engine) Without(ctx context.Context, name, image string) ([]string, error) {
	all, err := e.provider(nil).ListInternalNodes(name)
	if err != nil {
		return nil, err
	}
	id, err := e.imageID(ctx, image)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, node := range without(ctx, all, image, id) {
		names = append(names, node.String())
	}
	return names, nil
}
