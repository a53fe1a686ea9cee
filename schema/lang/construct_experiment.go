package lang

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

func experiment() *Construct {
	return &Construct{
		Name: "experiment", Labels: []string{"name"}, Many: true,
		Body: body("Faults, what must hold in spite of them, and how it is measured.",
			arg("description", schema.String, "What the experiment shows, in a sentence."),
			arg("environment", schema.Any, "Where it runs: a reference to an environment. Without one it has none."),
			schema.Attribute{Name: "labels", Type: schema.Type{Kind: schema.String, Of: schema.MapOf}, Description: "By which suites select.", Example: `{ tier = "critical" }`},
			withDefault(arg("weight", schema.Numeric, "How much the verdict counts in the score of a suite."), cty.NumberIntVal(1)),
			arg("seed", schema.Whole, "Decides every choice by chance. By default it is derived from the address, so that it is the same in every run."),
			arg("depends_on", schema.Any, "Experiments, or modules with all of theirs, that run before this one."),
		),
		Children: []*Construct{load(), steadyState(), fault(), stopCondition(), rollback()},
	}
}

func withDefault(a schema.Attribute, v cty.Value) schema.Attribute {
	a.Default = v
	return a
}

func lasting(name, description, otherwise string) schema.Attribute {
	a := arg(name, schema.Duration, description)
	if otherwise != "" {
		a.Default = cty.StringVal(otherwise)
	}
	return a
}

func load() *Construct {
	return &Construct{
		Name: "load", Labels: []string{"type", "name"}, Many: true, Kind: providers.KindLoad,
		Body: body("Load that is offered through all phases. Conditions refer to it as load.name.",
			lasting("timeout", "How long one request may take.", "5s"), from(), forEach()),
	}
}

// FromCluster is the value of from by which something runs inside an environment.
const FromCluster = "cluster"

func from() schema.Attribute {
	a := arg("from", schema.String, "Where it runs: inside the experiment's cluster, in a pod beside the targets, where names resolve as they do there. By default where gameday runs.")
	a.OneOf = []string{FromCluster}
	return a
}

func steadyState() *Construct {
	return &Construct{
		Name: "steady_state",
		Body: body("What is measured, and what must hold.",
			lasting("baseline", "How long to measure before any fault. With \"0s\" nothing is measured: faults come at once, nothing is judged in the baseline, and conditions cannot refer to it.", "10s")),
		Children: []*Construct{
			{
				Name: "probe", Labels: []string{"type", "name"}, Many: true, Kind: providers.KindProbe,
				Body: body("A measurement that is taken again and again, through all phases. Conditions refer to it as probe.name and baseline.name.",
					lasting("interval", "From one sample to the next.", "1s"),
					lasting("timeout", "After which a sample fails.", "2s"),
					from(), forEach()),
			},
			assertion(),
			{
				Name: "recovery",
				Body: body("How soon after the last revert the assertions must hold again.",
					lasting("within", "How soon.", "30s"),
					lasting("hold", "For how long.", "5s")),
			},
		},
	}
}

func assertion() *Construct {
	return &Construct{
		Name: "assert", Labels: []string{"name"}, Many: true,
		Body: body("A condition that must hold.",
			needed(shown(arg("condition", schema.Any, "True while all is well. It refers to windows of measurements: probe.name and load.name in the phase that is judged, baseline.name in the baseline. What windows hold is under window."), "probe.example.success_ratio >= 0.99")),
			shown(arg("error_message", schema.String, "What to tell when it does not hold. By default the condition with its values."), `"Only ${percent(probe.example.success_ratio)} of requests succeeded."`),
			schema.Attribute{Name: "phases", Type: schema.Type{Kind: schema.String, Of: schema.ListOf}, OneOf: []string{"baseline", "fault", "recovery"}, Description: "When it is judged. By default in all three."},
			lasting("window", "Judge every window of this length instead of the whole phase, as soon as one is full.", ""),
			minSamples("With fewer samples the outcome is inconclusive, never passed. Where the condition refers to value, only samples that have one count."),
		),
	}
}

func minSamples(description string) schema.Attribute {
	a := withDefault(arg("min_samples", schema.Whole, description), cty.NumberIntVal(10))
	a.Min = schema.Number(1)
	return a
}

func fault() *Construct {
	return &Construct{
		Name: "fault", Labels: []string{"type", "name"}, Many: true, Kind: providers.KindFault,
		Body: body("Harm that is done, proven, and undone.",
			lasting("delay", "From the start of the fault phase, or from when the faults that it depends on are active.", "0s"),
			lasting("duration", "How long it stays.", "30s"),
			arg("seed", schema.Whole, "Decides which targets are chosen. By default it is derived from the experiment's seed and the fault's name."),
			forEach(),
			arg("depends_on", schema.Any, "Faults of the experiment that must be active before."),
		),
	}
}

func stopCondition() *Construct {
	return &Construct{
		Name: "stop_condition", Labels: []string{"name"}, Many: true,
		Body: body("A condition that ends the experiment at once when it becomes true. Everything is reverted, and the experiment has failed.",
			needed(shown(arg("condition", schema.Any, "True when it is enough."), "probe.example.success_ratio < 0.2")),
			arg("error_message", schema.String, "What to tell when it becomes true."),
			lasting("window", "The length of the windows that are judged.", ""),
			minSamples("With fewer samples it is not judged. One that is never judged makes the experiment inconclusive. Where the condition refers to value, only samples that have one count."),
		),
	}
}

func rollback() *Construct {
	return &Construct{
		Name: "rollback",
		Body: body("What runs after every fault's own revert, however the experiment ended.",
			lasting("timeout", "For all actions together. An action may have a shorter one of its own.", "30s")),
		Children: []*Construct{{
			Name: "action", Labels: []string{"type", "name"}, Many: true, Kind: providers.KindAction,
			Body: body("A step that runs once; actions run in the order written.",
				lasting("timeout", "How long it may take. By default that of the rollback.", "")),
		}},
	}
}
