package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/follow"
	"github.com/gameday-dev/gameday/providers/probing"
	"github.com/gameday-dev/gameday/providers/schema"
)

// expectObjects describes what objects must be like.
func expectObjects() schema.NestedBlock {
	return schema.NestedBlock{Name: "expect", Block: &schema.Block{
		Description: "What must be so for the sample to be OK. Everything that is said must hold; without the block at least one object must exist.",
		Attributes: []schema.Attribute{
			{Name: "exists", Type: boolean(), Example: "false", Description: "Whether there must be at least one such object, or none. Without it there must be one, unless min or max is set."},
			{Name: "min", Type: number(), Min: schema.Number(0), Example: "2", Description: "The least number of objects."},
			{Name: "max", Type: number(), Min: schema.Number(0), Example: "3", Description: "The greatest number of objects."},
			{
				Name: "condition", Type: textMap(), Example: `{ Available = "True" }`,
				Description: "Conditions of the status that every one of the objects must have, with what they must be: \"True\", \"False\" or \"Unknown\".",
			},
			probing.JSONAttribute("the object (without a name, the list of them, under items)"),
		},
	}}
}

// objects is what a probe looks at, and what must be so.
type objects struct {
	what      wanted
	single    bool  // one object, by its name
	exists    *bool // nil: nothing is said
	min, max  *int
	condition map[string]string
	json      probing.Expectations
	value     probing.Reader
	counts    bool // the value is how many there are
}

// readObjects reads the configuration; what is not known yet is left out.
func readObjects(v schema.Values) (objects, providers.Diagnostics) {
	at, block := cty.GetAttrPath("expect"), v.Block("expect")
	json, diags := probing.JSONExpectations(block, at)
	value, problems := probing.NewReader(v)
	o := objects{
		what:   wanted{group: v.String("group"), version: v.String("version"), kind: v.String("kind")},
		single: v.Known("name"), condition: block.StringMap("condition"), json: json, value: value, counts: !v.Known("value_json"),
		min: whole(block, "min"), max: whole(block, "max"),
	}
	if block.Known("exists") {
		exists := block.Bool("exists")
		o.exists = &exists
	}
	return o, append(append(diags, problems...), o.check(at)...)
}

func whole(v schema.Values, name string) *int {
	if !v.Known(name) {
		return nil
	}
	n := v.Int(name)
	return &n
}

// check finds expectations that nothing could meet.
func (o objects) check(at cty.Path) (diags providers.Diagnostics) {
	for _, name := range slices.Sorted(maps.Keys(o.condition)) {
		if status := o.condition[name]; status != "True" && status != "False" && status != "Unknown" {
			diags = append(diags, providers.Errorf(at.GetAttr("condition").IndexString(name), "Invalid condition",
				"A condition is \"True\", \"False\" or \"Unknown\", and never %q.", status)...)
		}
	}
	absent := o.exists != nil && !*o.exists
	if absent && (len(o.condition) > 0 || len(o.json) > 0 || o.min != nil && *o.min > 0) {
		diags = append(diags, providers.Errorf(at.GetAttr("exists"), "Contradiction",
			"Nothing can be expected of objects that must not exist. Leave out exists, or the rest.")...)
	}
	if o.min != nil && o.max != nil && *o.min > *o.max {
		diags = append(diags, providers.Errorf(at.GetAttr("min"), "Contradiction", "There cannot be at least %d and at most %d.", *o.min, *o.max)...)
	}
	return diags
}

// objectProber judges the copy. As long as nothing changes, it judges once.
type objectProber struct {
	objects

	follower *follow.Follower

	mu     sync.Mutex
	seen   uint64 // version of the copy that judged is about
	judged *providers.Sample
}

// Sample implements providers.Prober. It does no I/O.
func (p *objectProber) Sample(ctx context.Context) providers.Sample {
	if lost, yes := behind(p.follower, time.Now()); yes {
		return lost
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.judged != nil && p.seen == p.follower.Version() {
		return *p.judged
	}
	all, version := p.follower.Objects()
	sample := p.judge(ctx, all)
	if ctx.Err() == nil { // a jq expression that was cut off is no judgement
		p.seen, p.judged = version, &sample
	}
	return sample
}

// Close implements providers.Prober.
func (p *objectProber) Close() error {
	p.follower.Close()
	return nil
}

func (o objects) judge(ctx context.Context, all []follow.Object) providers.Sample {
	document, err := o.document(all)
	if err != nil {
		return providers.Sample{Error: err.Error()}
	}
	sample := providers.Sample{OK: true, Fields: o.fields(all, document)}
	if err = errors.Join(o.number(len(all)), o.conditions(all)); err == nil && (len(all) > 0 || !o.single) {
		err = o.json.Check(ctx, document)
	}
	var problem error
	if sample.Value, problem = o.measured(ctx, all, document); err == nil {
		err = problem
	}
	if err != nil {
		sample.OK, sample.Error = false, err.Error()
	}
	return sample
}

// document is what jq expressions are about.
func (o objects) document(all []follow.Object) ([]byte, error) {
	if o.single && len(all) == 1 {
		return json.Marshal(all[0].Object)
	}
	items := make([]any, 0, len(all))
	for _, object := range all {
		items = append(items, object.Object)
	}
	return json.Marshal(map[string]any{"items": items})
}

func (o objects) measured(ctx context.Context, all []follow.Object, document []byte) (*float64, error) {
	if o.counts {
		n := float64(len(all))
		return &n, nil
	}
	if o.single && len(all) == 0 {
		return nil, nil // it was said already that there is none, or there should not be
	}
	return o.value.Read(ctx, document)
}

// number checks how many there are.
func (o objects) number(n int) error {
	switch {
	case o.exists != nil && !*o.exists && n > 0:
		return fmt.Errorf("expected no %s, found %d", o.what.kind, n)
	case n == 0 && (o.exists == nil && o.min == nil && o.max == nil || o.exists != nil && *o.exists):
		return fmt.Errorf("expected a %s, found none", o.what.kind)
	case o.min != nil && n < *o.min:
		return fmt.Errorf("expected at least %d of %s, found %d", *o.min, o.what.kind, n)
	case o.max != nil && n > *o.max:
		return fmt.Errorf("expected at most %d of %s, found %d", *o.max, o.what.kind, n)
	default:
		return nil
	}
}

// conditions checks the conditions of every object, and names the first few that
// lack one.
func (o objects) conditions(all []follow.Object) error {
	const most = 3
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(o.condition)) {
		for _, object := range all {
			if got := conditionsOf(object)[name]; got != o.condition[name] {
				problems = append(problems, fmt.Sprintf("%s has %s=%s", object.GetName(), name, orNone(got)))
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	more := ""
	if n := len(problems) - most; n > 0 {
		problems, more = problems[:most], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Errorf("expected %s: %s%s", selector(o.condition), strings.Join(problems, ", "), more)
}

func orNone(text string) string {
	if text == "" {
		return "(not set)"
	}
	return text
}

func (o objects) fields(all []follow.Object, document []byte) cty.Value {
	fields := map[string]cty.Value{
		"count": cty.NumberIntVal(int64(len(all))), "names": namesOf(all),
		"conditions": cty.NullVal(cty.Map(cty.String)), "object": cty.NullVal(cty.DynamicPseudoType),
	}
	if o.single && len(all) == 1 {
		fields["conditions"] = texted(conditionsOf(all[0]))
		if len(document) <= probing.BodyLimit {
			fields["object"] = probing.JSON(document)
		}
	}
	return cty.ObjectVal(fields)
}
