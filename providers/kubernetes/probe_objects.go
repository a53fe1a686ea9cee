package kubernetes

import (
	"context"
	"maps"
	"slices"
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
			{Name: "min", Type: integer(), Min: schema.Number(0), Example: "2", Description: "The least number of objects."},
			{Name: "max", Type: integer(), Min: schema.Number(0), Example: "3", Description: "The greatest number of objects."},
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
