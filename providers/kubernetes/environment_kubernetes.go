package kubernetes

import (
	"context"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/schema"
)

// existing is the environment type "kubernetes": a cluster that is there, and
// stays.
type existing struct{ provider *Provider }

var (
	_ providers.Environment  = (*existing)(nil)
	_ providers.WithValidate = (*existing)(nil)
)

func (e *existing) TypeName() string { return typeKubernetes }

func (e *existing) Schema() *schema.Block {
	return &schema.Block{
		Description: "An existing Kubernetes cluster. Nothing is brought up; what the run itself adds to the cluster is removed with it.",
		Attributes: append([]schema.Attribute{
			{Name: "kubeconfig", Type: text(), Description: "Path of the kubeconfig. Without it KUBECONFIG or ~/.kube/config counts, and inside a pod its service account.", Example: `"~/.kube/staging"`},
			{Name: "context", Type: text(), Description: "Context of the kubeconfig; the current one without it.", Example: `"staging"`},
			{Name: "in_cluster", Type: boolean(), Description: "Whether to use the service account of the pod that gameday runs in."},
			{Name: "as", Type: text(), Description: "User to impersonate, such as a service account with just the rights that the faults need.", Example: `"system:serviceaccount:shop:gameday"`},
		}, fenceAttributes("No reaper is used without it.")...),
		Exclusive: [][]string{{"kubeconfig", "in_cluster"}, {"context", "in_cluster"}},
	}
}

// fenceAttributes are those that both environments have.
func fenceAttributes(agentDefault string) []schema.Attribute {
	return []schema.Attribute{
		{Name: "namespaces", Type: texts(), Description: "The fence: no fault selects anything outside these namespaces. Without it faults may reach all of them.", Example: `["shop"]`},
		{Name: "allow_privileged", Type: boolean(), Default: cty.False, Description: "Whether faults may put privileged pods on the nodes: those on containers and kubelets where nodes are not kind's, and those inside pods that gameday's agent is kept out of. Without it they are refused."},
		{Name: "agent_image", Type: text(), Description: "Image of gameday's agent, which reaper and prober pods run. " + agentDefault, Example: `"registry.example.com/gameday/agent:1.0"`},
		{Name: "reaper", Type: boolean(), Description: "Whether a small pod in the cluster reverts faults at their deadline when gameday is gone. Without it, that is true where there is an agent image."},
	}
}

func (e *existing) Validate(_ context.Context, values schema.Values) providers.Diagnostics {
	diags := validateNamespaces(values)
	if values.Known("reaper") && values.Bool("reaper") && values.Attr("agent_image").IsNull() {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("reaper"), "No image for the reaper",
			"The reaper is a pod that runs gameday's agent: set agent_image to an image that the cluster can pull, or leave reaper out.")...)
	}
	return diags
}

// Plan asks the cluster whether it is there. Faults read the rest themselves, once
// for all of them.
func (e *existing) Plan(ctx context.Context, req providers.EnvironmentPlanRequest) (providers.EnvironmentPlan, providers.Diagnostics) {
	diags := e.Validate(ctx, req.Config)
	if diags.HasErrors() {
		return providers.EnvironmentPlan{}, diags
	}
	diags = append(diags, unfenced(req.Config)...)
	plan := providers.EnvironmentPlan{
		Summary: "an existing Kubernetes cluster",
		Undo:    "nothing is brought up; what the run adds to the cluster is removed with it",
	}
	if req.Offline || !req.Config.WhollyKnown() {
		plan.Outputs = outputsWithout(cluster.Access{}, notWithoutCluster()...)
		return plan, diags
	}
	met, missing, err := e.provider.fenced(ctx, accessFrom(req.Config, req.Dir))
	if err != nil {
		return plan, append(diags, providers.Errorf(nil, "Cannot reach the cluster", "%s.", capital(err))...)
	}
	if len(missing) > 0 {
		diags = append(diags, providers.Warningf(cty.GetAttrPath("namespaces"), "Namespace not found",
			"%s has no namespace %s. Bringing the environment up would fail.", capitalText(met.name()), strings.Join(missing, ", "))...)
	}
	plan.Summary = fmt.Sprintf("%s, Kubernetes %s, %s", met.name(), met.version, fenceText(met.Access.Namespaces))
	plan.Outputs = outputs(met.Access)
	return plan, diags
}

// unfenced warns of an environment in which faults may reach everything.
func unfenced(values schema.Values) providers.Diagnostics {
	if fence := values.Attr("namespaces"); !fence.IsNull() {
		return nil
	}
	return providers.Warningf(nil, "No fence",
		"Without namespaces, faults may select anything in the cluster, kube-system included. Name the namespaces that experiments may act on.")
}

func fenceText(namespaces []string) string {
	switch len(namespaces) {
	case 0:
		return "all namespaces"
	case 1:
		return "namespace " + namespaces[0]
	default:
		return "namespaces " + strings.Join(namespaces, ", ")
	}
}

// notWithoutCluster are the outputs that only the cluster can tell.
func notWithoutCluster() []string {
	return []string{outputKubeconfig, outputContext, outputServer, outputInCluster, outputAs, outputNamespaces, outputAgentImage, outputReaper, outputCluster}
}

func capital(err error) string {
	return capitalText(err.Error())
}

func capitalText(text string) string {
	return strings.ToUpper(text[:1]) + text[1:]
}
