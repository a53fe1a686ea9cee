package kubernetes

import (
	"context"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/follow"
	"github.com/gameday-dev/gameday/providers/schema"
)

// eventsProbe is the probe "kubernetes_events".
type eventsProbe struct{ provider *Provider }

var (
	_ providers.Probe        = (*eventsProbe)(nil)
	_ providers.WithValidate = (*eventsProbe)(nil)
	_ providers.WithSummary  = (*eventsProbe)(nil)
	_ providers.WithAccess   = (*eventsProbe)(nil)
)

func (*eventsProbe) TypeName() string { return "kubernetes_events" }

func (*eventsProbe) Schema() *schema.Block {
	return &schema.Block{
		Description: "Counts the events of the cluster as they come. The value of a sample is how many came since the sample before; what happened before " +
			"the experiment does not count. Without expect a sample is OK whatever came. While the cluster cannot be watched, samples are lost, and what " +
			"came meanwhile is counted afterwards. `last` offers total (since the beginning), reason, object (kind/name) and message of the newest event.",
		Attributes: []schema.Attribute{
			{Name: "namespace", Type: text(), Example: `"shop"`, Description: "Where the events are. Without it, the only namespace of the environment."},
			{Name: "reason", Type: texts(), Example: `["BackOff", "Unhealthy"]`, Description: "Reasons that count; all of them without it."},
			{Name: "type", Type: text(), OneOf: []string{corev1.EventTypeNormal, corev1.EventTypeWarning}, Example: `"Warning"`, Description: "Type that counts; both without it."},
			{Name: "kind", Type: text(), Example: `"Pod"`, Description: "Kind of object that an event must be about."},
			{Name: "name", Type: text(), Example: `"payments-*"`, Description: "Name of the object that an event must be about; an asterisk at its end stands for anything."},
		},
		Blocks: []schema.NestedBlock{{Name: "expect", Block: &schema.Block{
			Description: "How many events may have come since the sample before.",
			Attributes: []schema.Attribute{
				{Name: "min", Type: integer(), Min: schema.Number(0), Example: "1", Description: "The least number."},
				{Name: "max", Type: integer(), Min: schema.Number(0), Example: "0", Description: "The greatest number."},
			},
		}}},
	}
}

func (*eventsProbe) SampleType() cty.Type {
	return cty.Object(map[string]cty.Type{"total": cty.Number, "reason": cty.String, "object": cty.String, "message": cty.String})
}

func (*eventsProbe) Validate(_ context.Context, v schema.Values) providers.Diagnostics {
	block := v.Block("expect")
	low, high := whole(block, "min"), whole(block, "max")
	if low != nil && high != nil && *low > *high {
		return providers.Errorf(cty.GetAttrPath("expect").GetAttr("min"), "Contradiction", "There cannot be at least %d and at most %d.", *low, *high)
	}
	return nil
}

// Summary implements providers.WithSummary.
func (*eventsProbe) Summary(v schema.Values) string {
	what := "events"
	if kind := v.String("type"); kind != "" {
		what = strings.ToLower(kind) + " events"
	}
	if reasons := v.Strings("reason"); len(reasons) > 0 {
		what += " " + strings.Join(reasons, ", ")
	}
	if about := strings.TrimSpace(v.String("kind") + " " + v.String("name")); about != "" {
		what += " about " + about
	}
	if v.Known("namespace") {
		what += " in " + v.String("namespace")
	}
	return "count " + what
}

// AccessRules implements providers.WithAccess.
func (*eventsProbe) AccessRules() []providers.AccessRule {
	return []providers.AccessRule{{Resource: "events", Verbs: []string{"list", "watch"}, Why: "count what happens"}}
}

func (p *eventsProbe) Open(ctx context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	s, diags := p.provider.sessionOf(req.Environment)
	if diags.HasErrors() {
		return nil, diags
	}
	events := apiResource{corev1.SchemeGroupVersion.WithResource("events"), "Event", true}
	namespace, diags := events.namespaceFor(req.Config.String("namespace"), s.Access.Namespaces)
	if diags.HasErrors() {
		return nil, diags
	}
	block := req.Config.Block("expect")
	prober := &eventsProber{
		reasons: req.Config.Strings("reason"), name: req.Config.String("name"), min: whole(block, "min"), max: whole(block, "max"),
		opened: time.Now(),
	}
	var err error
	prober.follower, err = follow.Start(ctx, follow.Config{
		Resource: s.Dynamic.Resource(events.GroupVersionResource).Namespace(namespace),
		Fields:   eventFields(req.Config), Trim: onlyEvent, Changed: prober.changed, Alive: s.alive,
	})
	if err != nil {
		return nil, providers.Errorf(nil, "Cannot watch the cluster", "%s.", err)
	}
	return prober, nil
}

// eventFields has the server leave out what it can.
func eventFields(v schema.Values) string {
	set := fields.Set{}
	if v.Known("type") {
		set["type"] = v.String("type")
	}
	if v.Known("kind") {
		set["involvedObject.kind"] = v.String("kind")
	}
	if name := v.String("name"); name != "" && !strings.HasSuffix(name, "*") {
		set["involvedObject.name"] = name
	}
	if reasons := v.Strings("reason"); len(reasons) == 1 {
		set["reason"] = reasons[0]
	}
	return set.AsSelector().String()
}

// onlyEvent keeps of an event what is asked of it: there may be many.
func onlyEvent(o follow.Object) {
	kept := map[string]any{}
	for _, name := range []string{"apiVersion", "kind", "reason", "message", "type", "count", "firstTimestamp", "series", "involvedObject"} {
		if value, found := o.Object[name]; found {
			kept[name] = value
		}
	}
	meta, _ := o.Object["metadata"].(map[string]any)
	kept["metadata"] = map[string]any{"uid": meta["uid"], "name": meta["name"], "namespace": meta["namespace"], "resourceVersion": meta["resourceVersion"]}
	o.Object = kept
}
