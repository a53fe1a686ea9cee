package local

import (
	"context"
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
)

// linkFault is a fault on links: a rule of the fault proxy, and what to call it.
type linkFault struct {
	remembersNothing

	name       string
	doc        string
	attributes []schema.Attribute
	rule       func(values schema.Values) faultproxy.Rule
	effect     func(rule faultproxy.Rule) string
	evidence   func(stats faultproxy.Stats) []providers.Fact // without the link's name
}

func (f linkFault) typeName() string { return f.name }

func (linkFault) kind() string { return kindLink }

func (f linkFault) schema() *schema.Block {
	return &schema.Block{
		Description: f.doc,
		Attributes:  f.attributes,
		Blocks:      []schema.NestedBlock{targetBlock(kindLink)},
	}
}

// validate lets the fault proxy judge the rule, once all of it is known.
func (f linkFault) validate(values schema.Values) providers.Diagnostics {
	for _, a := range f.attributes {
		if !values.Attr(a.Name).IsWhollyKnown() {
			return nil
		}
	}
	rule := f.rule(values)
	rule.ID = f.name
	if err := rule.Validate(); err != nil {
		return providers.Errorf(nil, "Invalid fault", "%s.", err)
	}
	return nil
}

func (f linkFault) plan(values schema.Values, plan *providers.FaultPlan) providers.Diagnostics {
	rule := f.rule(values)
	plan.Effect = f.effect(rule)
	plan.Undo = "removes its own rule from the link's proxy"
	for _, t := range plan.Targets {
		plan.Radius = append(plan.Radius, "every connection through link "+t.Name)
	}
	return nil
}

func (f linkFault) spec(values schema.Values, u undo, spec *supervisor.FaultSpec) {
	rule := f.rule(values)
	rule.Seed = u.Seed
	spec.Kind, spec.Rule = supervisor.FaultLink, &rule
}

// observe reads the proxies' own counters. A supervisor that is gone, by what
// /proc says, has taken its links with it.
func (f linkFault) observe(s scene) (providers.Observation, error) {
	inForce := map[string]faultproxy.Stats{}
	for _, rule := range s.fault.Rules {
		inForce[rule.Link] = rule.Stats
	}
	var findings []finding
	for _, t := range s.record.Targets {
		found := finding{target: t.Name, state: providers.Absent}
		stats, there := inForce[t.Name]
		switch {
		case !s.supervised:
			found.detail = "the link's supervisor is gone"
		case there && stats == (faultproxy.Stats{Matched: stats.Matched}):
			found.state, found.detail = providers.Active, "nothing that it acts on has passed yet"
		case there:
			found.state = providers.Active
			found.facts = named(t.Name, f.evidence(stats))
		}
		findings = append(findings, found)
	}
	return sum(findings), nil
}

func named(link string, facts []providers.Fact) []providers.Fact {
	for i := range facts {
		facts[i].Text = link + ": " + facts[i].Text
	}
	return facts
}

// mend has nothing to do: links live in the supervisor.
func (linkFault) mend(context.Context, scene) error { return nil }

func directionAttribute(byDefault faultproxy.Direction, why string) schema.Attribute {
	return schema.Attribute{
		Name: "direction", Type: text(), Default: cty.StringVal(string(byDefault)),
		OneOf:       []string{string(faultproxy.Egress), string(faultproxy.Ingress), string(faultproxy.Both)},
		Description: "egress is from the link's client to where it leads, ingress the way back. " + why,
	}
}

func direction(values schema.Values) faultproxy.Direction {
	return faultproxy.Direction(values.String("direction"))
}

// facts are the evidence of a rule that acts on connections and their bytes.
func facts(verb string) func(faultproxy.Stats) []providers.Fact {
	return func(s faultproxy.Stats) []providers.Fact {
		return []providers.Fact{
			{Name: "connections_" + verb, Text: fmt.Sprintf("%s %s", count(int(s.Connections), "connection", "connections"), verb), Value: float64(s.Connections), Unit: "connections"},
			{Name: "bytes_" + verb, Text: fmt.Sprintf("%s %s", count(int(s.Bytes), "byte", "bytes"), verb), Value: float64(s.Bytes), Unit: "bytes"},
		}
	}
}
