package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/image"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/manifest"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Plan says what would be made, or finds the cluster that exists.
func (k *kind) Plan(ctx context.Context, req providers.EnvironmentPlanRequest) (providers.EnvironmentPlan, providers.Diagnostics) {
	diags := k.Validate(ctx, req.Config)
	if diags.HasErrors() {
		return providers.EnvironmentPlan{}, diags
	}
	c := kindConfigFrom(req.Config, req.Address, req.Dir)
	plan := providers.EnvironmentPlan{Undo: c.undoText()}
	if req.Offline || !req.Config.WhollyKnown() {
		plan.Summary = "a kind cluster"
		plan.Outputs = outputsWithout(c.access, c.unknown(req.Config)...)
		return plan, diags
	}
	diags = append(diags, k.withAgent(&c)...)
	read, err := manifest.Read(c.manifests)
	if err != nil {
		return plan, append(diags, providers.Errorf(cty.GetAttrPath("manifests"), "Cannot read the manifests", "%s.", capital(err))...)
	}
	contents, missing := k.pin(ctx, req.Address, c, read.Digests)
	diags = append(diags, missing...)
	found, err := kindcluster.Find(ctx, c.spec.Name)
	switch {
	case err != nil:
		diags = append(diags, providers.Warningf(nil, "No container engine", "%s. Bringing the environment up would fail.", capital(err))...)
		fallthrough
	case found == nil:
		return k.planNew(ctx, c, c.loadSteps(len(read.Objects), contents), plan, err == nil, diags)
	default:
		return k.planExisting(ctx, c, found, c.loadSteps(len(read.Objects), contents), plan, diags)
	}
}

// unknown are the outputs that are known only once the cluster exists.
func (c kindConfig) unknown(values schema.Values) []string {
	if values.WhollyKnown() {
		unknown := []string{outputKubeconfig, outputServer}
		if c.ownAgent {
			unknown = append(unknown, outputAgentImage, outputReaper)
		}
		return unknown
	}
	return notWithoutCluster()
}

func (k *kind) planNew(ctx context.Context, c kindConfig, loads []string, plan providers.EnvironmentPlan, reachable bool, diags providers.Diagnostics) (providers.EnvironmentPlan, providers.Diagnostics) {
	config, err := c.spec.Resolve()
	if err != nil {
		return plan, append(diags, providers.Errorf(nil, "Invalid kind cluster", "%s.", capital(err))...)
	}
	plan.Summary = fmt.Sprintf("a new kind cluster %q of %s", c.spec.Name, nodesText(config))
	plan.Steps = append([]string{fmt.Sprintf("create the cluster %s: %s, image %s", c.spec.Name, nodesText(config), imagesText(config))}, loads...)
	plan.Outputs = outputsWithout(c.access, outputKubeconfig, outputServer)
	if reachable {
		diags = append(diags, c.missingImages(ctx)...)
	}
	return plan, diags
}

func (k *kind) planExisting(ctx context.Context, c kindConfig, found *kindcluster.Found, loads []string, plan providers.EnvironmentPlan, diags providers.Diagnostics) (providers.EnvironmentPlan, providers.Diagnostics) {
	if err := found.Matches(c.spec); err != nil {
		return plan, append(diags, providers.Errorf(nil, "The kind cluster is not as described", "%s.", capital(err))...)
	}
	met, err := k.provider.meet(ctx, c.access)
	if err != nil {
		return plan, append(diags, providers.Errorf(nil, "Cannot reach the cluster",
			"%s. The kind cluster exists: if another gameday is just making it, wait; or else delete it with: kind delete cluster --name %s.", capital(err), c.spec.Name)...)
	}
	plan.Summary = fmt.Sprintf("the kind cluster %q, which exists, Kubernetes %s", c.spec.Name, met.version)
	plan.Undo = "the cluster stays, as it existed before; what the run adds to it is removed"
	plan.Steps = append([]string{"use the cluster " + c.spec.Name}, loads...)
	plan.Outputs = outputsWithout(met.Access, outputKubeconfig)
	return plan, append(diags, c.missingImages(ctx)...)
}

// loadSteps say by their digests which manifests and archives are meant: by these a saved plan is found to hold no more.
func (c kindConfig) loadSteps(objects int, contents digests) []string {
	var steps []string
	if all := slices.Concat(c.images, contents.tell(c.archives)); len(all) > 0 {
		steps = append(steps, "load "+strings.Join(all, ", "))
	}
	if c.ownAgent && c.access.AgentImage != "" {
		steps = append(steps, "load gameday's agent")
	}
	if objects > 0 {
		steps = append(steps, fmt.Sprintf("apply %s of %s, and wait up to %s", count(objects, "object", "objects"), strings.Join(contents.tell(c.manifests), ", "), c.ready))
	}
	return steps
}

func (c kindConfig) undoText() string {
	if c.keep {
		return "the cluster is kept (keep = true); what the run adds to it is removed"
	}
	return "the cluster is deleted; after gameday was killed, by gameday recover"
}

// withAgent completes the access by the image of the agent beside gameday. Without
// a fitting agent there is none, and then no reaper.
func (k *kind) withAgent(c *kindConfig) providers.Diagnostics {
	if !c.ownAgent {
		return nil
	}
	tag, err := k.provider.agent.tag()
	if err != nil {
		c.access.Reaper = false
		severity := providers.Warningf
		if !errors.Is(err, image.ErrUnfit) {
			severity = providers.Errorf
		}
		return severity(nil, "No agent in the cluster", "%s. Without it there is no reaper, and nothing can be measured or done from inside the cluster.", capital(err))
	}
	c.access.AgentImage, c.access.Reaper = tag, !c.noReaper
	return nil
}

// missingImages warns of images that the engine does not have.
func (c kindConfig) missingImages(ctx context.Context) providers.Diagnostics {
	engine, err := kindcluster.FindEngine()
	if err != nil {
		return nil // told already
	}
	var diags providers.Diagnostics
	for _, name := range c.images {
		if there, err := engine.Has(ctx, name); err == nil && !there {
			diags = append(diags, providers.Warningf(cty.GetAttrPath("images"), "Image not found",
				"%s has no image %s. Bringing the environment up would fail: build it or pull it first.", engine, name)...)
		}
	}
	return diags
}

func nodesText(c *v1alpha4.Cluster) string {
	counts := map[v1alpha4.NodeRole]int{}
	for _, n := range c.Nodes {
		counts[n.Role]++
	}
	text := count(counts[v1alpha4.ControlPlaneRole], "control plane", "control planes")
	if workers := counts[v1alpha4.WorkerRole]; workers > 0 {
		text += " and " + count(workers, "worker", "workers")
	}
	return text
}

func imagesText(c *v1alpha4.Cluster) string {
	var all []string
	seen := map[string]bool{}
	for _, n := range c.Nodes {
		name, _, _ := strings.Cut(n.Image, "@")
		if !seen[name] {
			all = append(all, name)
		}
		seen[name] = true
	}
	return strings.Join(all, ", ")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
