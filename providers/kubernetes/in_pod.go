package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/schema"
)

// inPod is what faults share that the agent inside each pod does: they differ in
// their attributes, and in what these ask an engine of the agent to do.
type inPod struct {
	name       string
	doc        string
	attributes []schema.Attribute
	blocks     []schema.NestedBlock
	exclusive  [][]string
	profile    resident.Profile
	engine     string // of the agent

	// effect says what happens, in one phrase. The values are wholly known.
	effect func(v schema.Values) string

	// spec is what the engine is asked to do in one pod. It may read the cluster.
	spec func(ctx context.Context, at site) (spec, error)

	// radius says more of what is hit, for plans; nil for nothing.
	radius func(p planning) []string

	// needs says what a pod must be like; nil for any that runs.
	needs func(v schema.Values, pod *corev1.Pod) error

	// room finds out whether the pods have what the fault would take; nil where it takes nothing.
	room func(ctx context.Context, p planning) providers.Diagnostics
}

// spec is an engine's specification, which checks itself.
type spec interface{ Validate() error }

// site is one pod for which a specification is made.
type site struct {
	session *session
	config  schema.Values
	pod     *corev1.Pod // nil while a configuration is only checked
	hosted  bool        // the agent is on the pod's node, and sees the control group of the pod
	seed    int64
}

func (f inPod) typeName() string { return f.name }

func (inPod) kind() target.Kind { return target.Pod }

func (f inPod) schema() *schema.Block {
	return &schema.Block{
		Description: f.doc, Attributes: f.attributes, Exclusive: f.exclusive,
		Blocks: append([]schema.NestedBlock{target.Block(target.Pod)}, f.blocks...),
	}
}

func (f inPod) rules() []providers.AccessRule {
	return []providers.AccessRule{
		{Resource: "pods", Verbs: []string{"get", "watch"}, Why: "see whether gameday's agent runs in them"},
		{Resource: "pods/ephemeralcontainers", Verbs: []string{"patch"}, Why: "put gameday's agent into them"},
		{Resource: "pods/exec", Verbs: []string{"get", "create"}, Why: "speak to gameday's agent in them"},
		{Resource: "namespaces", Verbs: []string{"get"}, Why: "see whether Pod Security admits gameday's agent"},
	}
}

// validate lets the engine judge what is asked of it, once all of it is known.
func (f inPod) validate(values schema.Values) providers.Diagnostics {
	if diags := append(f.sized(values), validateEnds(values)...); diags.HasErrors() || !f.known(values) {
		return diags
	}
	made, err := f.spec(context.Background(), site{config: values})
	if err == nil {
		err = made.Validate()
	}
	if err != nil {
		return providers.Errorf(nil, "Invalid fault", "%s.", capital(err))
	}
	return nil
}

// known reports whether all but the targets is.
func (f inPod) known(values schema.Values) bool {
	for _, a := range f.attributes {
		if !values.Attr(a.Name).IsWhollyKnown() {
			return false
		}
	}
	for _, b := range f.blocks {
		if !values.Block(b.Name).Cty().IsWhollyKnown() {
			return false
		}
	}
	return true
}

func (f inPod) plan(ctx context.Context, p planning) providers.Diagnostics {
	p.plan.Effect = phrase(f.doc)
	if f.known(p.config) {
		p.plan.Effect = f.effect(p.config)
	}
	p.plan.Undo = "the agent in each pod takes back what it added there; the pod lists its container, ended, until the pod goes"
	if p.world == nil {
		return nil
	}
	f.tellSeats(p)
	diags := append(f.fit(p), p.seats.refusals()...)
	if !f.known(p.config) {
		return diags
	}
	if f.radius != nil {
		p.plan.Radius = append(p.plan.Radius, f.radius(p)...)
	}
	if f.room != nil && !diags.HasErrors() {
		diags = append(diags, f.room(ctx, p)...)
	}
	return append(diags, p.ends()...)
}

// phrase is a sentence of the documentation as an effect.
func phrase(doc string) string { return strings.ToLower(doc[:1]) + strings.TrimSuffix(doc[1:], ".") }

// fit says which pods the fault can't be done to.
func (f inPod) fit(p planning) providers.Diagnostics {
	if p.session.Access.AgentImage == "" {
		return providers.Errorf(nil, "No image of the agent",
			"%s is done by gameday's agent inside each pod: set agent_image in the environment to an image of it that the cluster can pull.", f.name)
	}
	var diags providers.Diagnostics
	for _, pod := range podsNamed(p.world, uidsOf(p.choice.Targets)) {
		err := f.unfit(p.config, pod)
		if err != nil {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("target"), "Pod does not fit", "%s.", err)...)
		}
	}
	return diags
}

func (f inPod) unfit(v schema.Values, pod *corev1.Pod) error {
	if pod.Status.Phase != corev1.PodRunning {
		return fmt.Errorf("the pod %s/%s is %s, and an agent can be put only into pods that run", pod.Namespace, pod.Name, pod.Status.Phase)
	}
	if pod.Spec.HostNetwork && f.profile == resident.Network {
		return fmt.Errorf("the pod %s/%s has the network of its node, so that all of the node would be hit: choose pods with a network of their own", pod.Namespace, pod.Name)
	}
	if f.needs != nil {
		return f.needs(v, pod)
	}
	return nil
}

// harms says no: the pods stay, and go on serving.
func (inPod) harms(planning) bool { return false }

// residing reports whether a behavior is done by agents inside pods.
func residing(b behavior) bool {
	_, is := b.(inPod)
	return is
}

// intend names the agents, and where each of them runs.
func (f inPod) intend(ctx context.Context, p preparation) (intent, error) {
	at := f.seatsFor(ctx, p.session, namespacesOf(p.targets, nil))
	var made intent
	for _, t := range p.targets {
		namespace, name, _ := strings.Cut(t.Name, "/")
		step := claim.PodStep{Namespace: namespace, Pod: name, UID: t.UID, Profile: string(f.profile)}
		if f.profile == resident.Process {
			step.Container = p.config.String("container")
		}
		if host := at.in[namespace].host; host != "" {
			step.Host = claim.HostPod{Namespace: host, Name: resident.HostName(p.run, p.address, t.UID), Run: p.run}
		}
		made.pods = append(made.pods, step)
	}
	return made, nil
}

// encode is a specification as the agent reads it.
func encode(s spec) (json.RawMessage, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return json.Marshal(s)
}
