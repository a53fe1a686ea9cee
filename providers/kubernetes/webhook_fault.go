package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Modes of kubernetes_webhook_fault.
const (
	modeReject = "reject"
	modeDelay  = "delay"
)

// mostLatency leaves the API server time for itself: it waits for a webhook for
// 30 s at most.
const mostLatency = 25 * time.Second

// webhookFault is kubernetes_webhook_fault.
type webhookFault struct{}

// admission is what observe needs.
type admission struct {
	Mode    string        `json:"mode"`
	Latency time.Duration `json:"latency,omitempty"` // in nanoseconds
}

func (webhookFault) typeName() string  { return "kubernetes_webhook_fault" }
func (webhookFault) kind() target.Kind { return target.Namespace }

func (webhookFault) schema() *schema.Block {
	return &schema.Block{
		Description: "Refuses or delays writes to the API in namespaces, as a broken or slow admission webhook does. What gameday itself has changed there is left out, so that every fault can be undone.",
		Attributes: []schema.Attribute{
			{Name: "mode", Type: text(), Default: cty.StringVal(modeReject), OneOf: []string{modeReject, modeDelay}, Description: "Whether requests are refused, or answered late."},
			{Name: "latency", Type: duration(), Min: schema.Number(0.01), Max: schema.Number(mostLatency.Seconds()), Description: "How much longer each request takes; required for mode delay.", Example: `"2s"`},
			{Name: "resources", Type: texts(), Required: true, Description: "What the requests write: plural.group, without a group for the core group, a subresource after a slash.", Example: `["pods", "deployments.apps"]`},
			{Name: "operations", Type: texts(), Default: cty.ListVal([]cty.Value{cty.StringVal("CREATE"), cty.StringVal("UPDATE")}), OneOf: []string{"CREATE", "UPDATE", "DELETE"}, Description: "What the requests do."},
		},
		Blocks: []schema.NestedBlock{target.Block(target.Namespace)},
	}
}

func (webhookFault) rules() []providers.AccessRule {
	verbs := []string{"get", "create", "delete"}
	const admissionGroup = "admissionregistration.k8s.io"
	return []providers.AccessRule{
		{Group: admissionGroup, Resource: "validatingadmissionpolicies", Verbs: verbs, Cluster: true, Why: "refuse requests (mode reject)"},
		{Group: admissionGroup, Resource: "validatingadmissionpolicybindings", Verbs: verbs, Cluster: true, Why: "refuse requests (mode reject)"},
		{Group: admissionGroup, Resource: "validatingwebhookconfigurations", Verbs: verbs, Cluster: true, Why: "delay requests (mode delay)"},
		{Resource: "pods", Verbs: verbs, Why: "run what delays requests (mode delay)"},
		{Resource: "services", Verbs: verbs, Why: "reach what delays requests (mode delay)"},
		{Resource: "configmaps", Verbs: []string{"create"}, Trial: true, Why: "try, by dry runs, what becomes of requests"},
	}
}

func (webhookFault) validate(values schema.Values) providers.Diagnostics {
	var diags providers.Diagnostics
	mode := values.String("mode")
	switch {
	case mode == modeDelay && values.Attr("latency").IsKnown() && !values.Known("latency"):
		diags = providers.Errorf(cty.GetAttrPath("latency"), "No latency", "Expected latency with mode = \"delay\": say how much longer requests take.")
	case mode == modeReject && values.Known("latency"):
		diags = providers.Errorf(cty.GetAttrPath("latency"), "Refused or late?", "With mode = \"reject\" requests are refused at once. Leave latency out, or set mode = \"delay\".")
	}
	for _, name := range []string{"resources", "operations"} {
		if values.Known(name) && values.Attr(name).LengthInt() == 0 {
			diags = append(diags, providers.Errorf(cty.GetAttrPath(name), "Empty list", "%s = [] acts on no request. Name some.", name)...)
		}
	}
	for i, text := range values.Strings("resources") {
		if problem := parseReviewed(text).problem(); problem != "" {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("resources").IndexInt(i), "Not a resource for this fault", "%q: %s.", text, problem)...)
		}
	}
	return diags
}

func (webhookFault) plan(_ context.Context, p planning) providers.Diagnostics {
	what := strings.Join(p.config.Strings("operations"), " and ") + " of " + strings.Join(p.config.Strings("resources"), ", ")
	if p.config.String("mode") == modeDelay {
		p.plan.Effect = fmt.Sprintf("makes %s take %s longer in each namespace", what, p.config.Duration("latency"))
		p.plan.Undo = "deletes the webhook's configuration, then its service and its pod"
	} else {
		p.plan.Effect = "refuses " + what + " in each namespace"
		p.plan.Undo = "deletes the admission policy and its binding"
	}
	if p.session == nil {
		return nil
	}
	p.plan.Radius = append(p.plan.Radius, "every such request in the namespace, also of controllers; what gameday has changed or added can still be put back")
	diags := slices.Concat(ofKubernetes(p.choice.Targets), p.session.reviewable(p.config.Strings("resources")))
	if p.config.String("mode") == modeDelay && p.session.Access.AgentImage == "" {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("mode"), "No agent",
			"mode = \"delay\" needs a pod that answers late, and the environment has no agent image. Set agent_image in the environment.")...)
	}
	return diags
}

// ofKubernetes refuses the namespaces by which the cluster itself works.
func ofKubernetes(targets []providers.Target) providers.Diagnostics {
	for _, t := range targets {
		if slices.Contains([]string{"kube-system", "kube-public", "kube-node-lease"}, t.Name) {
			return providers.Errorf(cty.GetAttrPath("target"), "Namespace of the cluster itself",
				"%s is where the cluster keeps what it works by; refusing or delaying writes there could keep it from working and from being mended. Choose namespaces of applications.", t.Name)
		}
	}
	return nil
}

func (webhookFault) intend(_ context.Context, p preparation) (intent, error) {
	data := admission{Mode: p.config.String("mode"), Latency: p.config.Duration("latency")}
	name := addedName(p.id)
	if data.Mode == modeReject {
		return intent{data: data, steps: removing(admissionPolicies+"/"+name, admissionBindings+"/"+name)}, nil
	}
	home := p.targets[0].Name
	return intent{data: data, steps: removing(podsPath(home)+"/"+name, servicesPath(home)+"/"+name, webhookConfigurations+"/"+name)}, nil
}
