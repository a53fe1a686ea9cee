package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
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
				{Name: "min", Type: number(), Min: schema.Number(0), Example: "1", Description: "The least number."},
				{Name: "max", Type: number(), Min: schema.Number(0), Example: "0", Description: "The greatest number."},
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
	for _, name := range []string{"apiVersion", "kind", "reason", "message", "type", "count", "series", "involvedObject"} {
		if value, found := o.Object[name]; found {
			kept[name] = value
		}
	}
	meta, _ := o.Object["metadata"].(map[string]any)
	kept["metadata"] = map[string]any{"uid": meta["uid"], "name": meta["name"], "namespace": meta["namespace"], "resourceVersion": meta["resourceVersion"]}
	o.Object = kept
}

// eventsProber counts.
type eventsProber struct {
	reasons  []string
	name     string // of the object; with an asterisk at the end, how it begins
	min, max *int
	follower *follow.Follower

	mu     sync.Mutex
	fresh  int64 // since the last sample
	total  int64
	newest follow.Object
}

// changed counts how often an event has come: one that comes again is the same
// object with a higher count.
func (p *eventsProber) changed(old, now follow.Object) {
	if now == nil || !p.matches(now) {
		return
	}
	more := occurrences(now)
	if old != nil {
		more -= occurrences(old)
	}
	if more <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh, p.total, p.newest = p.fresh+more, p.total+more, now
}

func (p *eventsProber) matches(o follow.Object) bool {
	reason, _, _ := unstructured.NestedString(o.Object, "reason")
	about, _, _ := unstructured.NestedString(o.Object, "involvedObject", "name")
	if len(p.reasons) > 0 && !slices.Contains(p.reasons, reason) {
		return false
	}
	if beginning, wild := strings.CutSuffix(p.name, "*"); wild {
		return strings.HasPrefix(about, beginning)
	}
	return p.name == "" || p.name == about
}

// occurrences is how often an event has come: the old API counts in count, the new
// one in a series.
func occurrences(o follow.Object) int64 {
	count, _, _ := unstructured.NestedInt64(o.Object, "count")
	series, _, _ := unstructured.NestedInt64(o.Object, "series", "count")
	return max(count, series, 1)
}

// Sample implements providers.Prober. It does no I/O.
func (p *eventsProber) Sample(context.Context) providers.Sample {
	if lost, yes := behind(p.follower, time.Now()); yes {
		return lost
	}
	p.mu.Lock()
	n, sample := p.fresh, providers.Sample{OK: true, Fields: p.described()}
	p.fresh = 0
	p.mu.Unlock()
	value := float64(n)
	sample.Value = &value
	switch {
	case p.min != nil && n < int64(*p.min):
		sample.OK, sample.Error = false, fmt.Sprintf("expected at least %d events, %d came", *p.min, n)
	case p.max != nil && n > int64(*p.max):
		sample.OK, sample.Error = false, fmt.Sprintf("expected at most %d events, %d came, the newest: %s", *p.max, n, told(sample.Fields))
	}
	return sample
}

// told is the newest event in one line.
func told(fields cty.Value) string {
	if fields.GetAttr("reason").IsNull() {
		return "unknown"
	}
	return fmt.Sprintf("%s %s: %s", fields.GetAttr("object").AsString(), fields.GetAttr("reason").AsString(), fields.GetAttr("message").AsString())
}

// described is the newest event, of SampleType. The caller holds the lock.
func (p *eventsProber) described() cty.Value {
	attrs := map[string]cty.Value{
		"total": cty.NumberIntVal(p.total), "reason": cty.NullVal(cty.String), "object": cty.NullVal(cty.String), "message": cty.NullVal(cty.String),
	}
	if p.newest != nil {
		text := func(path ...string) string {
			value, _, _ := unstructured.NestedString(p.newest.Object, path...)
			return value
		}
		attrs["reason"], attrs["message"] = cty.StringVal(text("reason")), cty.StringVal(text("message"))
		attrs["object"] = cty.StringVal(strings.ToLower(text("involvedObject", "kind")) + "/" + text("involvedObject", "name"))
	}
	return cty.ObjectVal(attrs)
}

// Close implements providers.Prober.
func (p *eventsProber) Close() error {
	p.follower.Close()
	return nil
}
