package kindcluster

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Labels that kind puts on the containers of its nodes.
const (
	labelCluster = "io.x-k8s.kind.cluster"
	labelRole    = "io.x-k8s.kind.role"
)

// Node is the container of a node.
type Node struct {
	Name    string // of the container, and of the node in the cluster
	Role    string // "control-plane", "worker", "external-load-balancer"
	Image   string // as it was named when the node was made
	ImageID string // of what that name meant then
	State   string // as the engine says: "running", "paused", "exited", "created"
	Mark    string // that of the Spec which it was made from; empty for none
}

// Found is a kind cluster that exists, whole or in part.
type Found struct {
	Name   string
	Engine Engine
	Nodes  []Node // sorted by name
}

// Context is what kind calls the context of a cluster in kubeconfigs.
func Context(name string) string { return "kind-" + name }

// Find is Find of the engine that FindEngine takes.
func Find(ctx context.Context, name string) (*Found, error) {
	engine, err := FindEngine()
	if err != nil {
		return nil, err
	}
	return engine.Find(ctx, name)
}

// Find looks for a cluster by the labels of its containers. The result is nil
// when none is there.
func (e Engine) Find(ctx context.Context, name string) (*Found, error) {
	ids, err := e.containers(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // nothing found is no error
	}
	lines, err := e.inspect(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look for the kind cluster %q: %w", name, err)
	}
	found := &Found{Name: name, Engine: e}
	for _, line := range lines {
		var n inspected
		if err := json.Unmarshal([]byte(line), &n); err != nil {
			return nil, fmt.Errorf("%s inspect: expected a node in JSON, found %q: %w", e, line, err)
		}
		n.Name = strings.TrimPrefix(n.Name, "/") // docker's spelling
		n.Mark = markOf(n.Mounts)
		found.Nodes = append(found.Nodes, n.Node)
	}
	slices.SortFunc(found.Nodes, func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
	return found, nil
}

// inspect is a line for each container that is there: all at once, and one at a time where that fails, as a container
// that goes meanwhile takes only itself away.
func (e Engine) inspect(ctx context.Context, ids []string) ([]string, error) {
	args := []string{"inspect", "--type=container", "--format", nodeFormat}
	if lines, err := e.output(ctx, append(args, ids...)...); err == nil {
		return lines, nil
	}
	var all []string
	for _, id := range ids {
		lines, err := e.output(ctx, append(args, id)...)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			all = append(all, lines...)
		}
	}
	return all, nil
}

// inspected is what nodeFormat prints.
type inspected struct {
	Node

	Mounts []mount
}

// nodeFormat prints a container as JSON.
const nodeFormat = `{"Name":{{json .Name}},"Role":{{json (index .Config.Labels "` + labelRole + `")}},` +
	`"Image":{{json .Config.Image}},"ImageID":{{json .Image}},"State":{{json .State.Status}},"Mounts":{{json .Mounts}}}`

// Kubeconfig is Kubeconfig of the engine that FindEngine takes.
func Kubeconfig(name string) (string, error) {
	engine, err := FindEngine()
	if err != nil {
		return "", err
	}
	return engine.Kubeconfig(name)
}

// Kubeconfig asks the control plane of a cluster for a kubeconfig that works on
// this machine.
func (e Engine) Kubeconfig(name string) (string, error) {
	text, err := e.provider(nil).KubeConfig(name, false)
	if err != nil {
		return "", fmt.Errorf("ask the kind cluster %q for its kubeconfig: %w", name, err)
	}
	return text, nil
}
