package kubernetes

import (
	"context"
	"sync"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
	"github.com/gameday-dev/gameday/providers/schema"
)

// mostNodes is more than any machine has room for.
const mostNodes = 1000

// kind is the environment type "kind": a cluster of containers on this machine.
type kind struct{ provider *Provider }

var (
	_ providers.Environment  = (*kind)(nil)
	_ providers.WithValidate = (*kind)(nil)
	_ providers.WithLasting  = (*kind)(nil)
)

func (k *kind) TypeName() string { return typeKind }

func (k *kind) Schema() *schema.Block {
	return &schema.Block{
		Description: "A Kubernetes cluster on this machine, made with kind for the run and deleted with it. One that exists and is as described is used and left as it was.",
		Attributes: append([]schema.Attribute{
			{Name: "name", Type: text(), Description: "Name of the cluster. Without it, gameday- and the name of the environment.", Example: `"shop"`},
			{Name: "nodes", Type: schema.Type{Kind: schema.Whole, Of: schema.MapOf}, Min: schema.Number(0), Max: schema.Number(mostNodes), Description: "How many nodes of which role: control_plane (1) and worker (0).", Example: `{ control_plane = 1, worker = 2 }`},
			{Name: "image", Type: text(), Description: "Node image; kind's default without it.", Example: `"kindest/node:v1.37.0"`},
			{Name: "config", Type: text(), Description: "kind's own configuration (v1alpha4) for what the other arguments do not say. Its list of nodes and the argument nodes exclude each other.", Example: `"networking: {disableDefaultCNI: true}"`},
			{Name: "images", Type: texts(), Description: "What is loaded into the nodes: images of the container engine on this machine, and archives of images (paths that end in .tar).", Example: `["shop:dev"]`},
			{Name: "manifests", Type: texts(), Description: "Files, and folders of files, whose objects are applied (server-side) and waited for: Deployments, StatefulSets, DaemonSets and Jobs.", Example: `["${path.module}/manifests"]`},
			{Name: "ready", Type: duration(), Default: cty.StringVal("5m"), Description: "How long nodes and manifests may take to be ready, once the cluster is there."},
			{Name: "keep", Type: boolean(), Description: "Whether to leave the cluster there for the next run instead of deleting it."},
		}, fenceAttributes("By default the agent beside gameday is loaded into the nodes.")...),
	}
}

// kinds is what this process remembers of the kind clusters that it made.
type kinds struct {
	mu        sync.Mutex
	creations map[string]*kindcluster.Creation // by name; also those that are done
	releases  map[string]func()                // by name: those whose name is still reserved
	strangers map[string]bool                  // by run and name: made by somebody else meanwhile
}

func (k *kinds) started(name string, c *kindcluster.Creation, release func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.creations == nil {
		k.creations, k.releases = map[string]*kindcluster.Creation{}, map[string]func(){}
	}
	k.creations[name], k.releases[name] = c, release
}

// finished gives the name of a cluster free that is there now.
func (k *kinds) finished(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if release := k.releases[name]; release != nil {
		release()
		delete(k.releases, name)
	}
}

// creation is that of a cluster which this process began to make; nil for none.
func (k *kinds) creation(name string) *kindcluster.Creation {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.creations[name]
}

func (k *kinds) forget(name string) {
	k.finished(name)
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.creations, name)
}

func (k *kinds) estrange(h handle) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.strangers == nil {
		k.strangers = map[string]bool{}
	}
	k.strangers[h.Run+"/"+h.Kind.Name] = true
}

func (k *kinds) isStranger(h handle) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.strangers[h.Run+"/"+h.Kind.Name]
}

// Prepare names the cluster, and says whether it is there already: one that the
// run did not make is not the run's to delete.
func (k *kind) Prepare(ctx context.Context, req providers.EnvironmentPrepareRequest) (providers.EnvironmentHandle, providers.Diagnostics) {
	if !req.Config.WhollyKnown() {
		return providers.EnvironmentHandle{}, notKnown()
	}
	c := kindConfigFrom(req.Config, req.Address, req.Dir)
	engine, err := kindcluster.FindEngine()
	if err != nil {
		return providers.EnvironmentHandle{}, providers.Errorf(nil, "Cannot look for the cluster", "%s.", capital(err))
	}
	found, err := engine.Find(ctx, c.spec.Name)
	if err != nil {
		return providers.EnvironmentHandle{}, providers.Errorf(nil, "Cannot look for the cluster", "%s.", capital(err))
	}
	h := handle{
		Run: req.Run, Access: c.access,
		Kind: &kindHandle{Name: c.spec.Name, Dir: folderOf(req), Existed: found != nil, Keep: c.keep && !req.Lasting, Marked: true, Engine: engine},
	}
	return h.encode(req.Address, typeKind)
}
