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
}

// Found is a kind cluster that exists, whole or in part.
type Found struct {
	Name   string
	Engine Engine
	Nodes  []Node // sorted by name
}

// Context is what kind calls the context of a cluster in kubeconfigs.
func Context(name string) string { return "kind-" + name }

// Find looks for a cluster by the labels of its containers. The result is nil
// when none is there.
func Find(ctx context.Context, name string) (*Found, error) {
	engine, err := FindEngine()
	if err != nil {
		return nil, err
	}
	return engine.find(ctx, name)
}

func (e Engine) find(ctx context.Context, name string) (*Found, error) {
	ids, err := e.containers(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // nothing found is no error
	}
	found := &Found{Name: name, Engine: e}
	for _, id := range ids {
		// One at a time: a container that goes meanwhile takes only itself away.
		lines, err := e.output(ctx, "inspect", "--type=container", "--format", nodeFormat, id)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("look for the kind cluster %q: %w", name, ctx.Err())
		}
		if err != nil || len(lines) == 0 {
			continue
		}
		var n Node
		if err := json.Unmarshal([]byte(lines[0]), &n); err != nil {
			return nil, fmt.Errorf("%s inspect: expected a node in JSON, found %q: %w", e, lines[0], err)
		}
		n.Name = strings.TrimPrefix(n.Name, "/") // docker's spelling
		found.Nodes = append(found.Nodes, n)
	}
	slices.SortFunc(found.Nodes, func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
	return found, nil
}

// nodeFormat prints a Node as JSON.
const nodeFormat = `{"Name":{{json .Name}},"Role":{{json (index .Config.Labels "` + labelRole + `")}},` +
	`"Image":{{json .Config.Image}},"ImageID":{{json .Image}},"State":{{json .State.Status}}}`

// Kubeconfig asks the control plane of a cluster for a kubeconfig that works on
// this machine.
func Kubeconfig(name string) (string, error) {
	engine, err := FindEngine()
	if err != nil {
		return "", err
	}
	text, err := engine.provider(nil).KubeConfig(name, false)
	if err != nil {
		return "", fmt.Errorf("ask the kind cluster %q for its kubeconfig: %w", name, err)
	}
	return text, nil
}
