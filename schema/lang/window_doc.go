package lang

import "github.com/gameday-dev/gameday/providers/schema"

// Window documents what conditions see. A test holds it to WindowType and
// LoadWindowType.
func Window() *schema.Block {
	return &schema.Block{
		Description: "What conditions see of a probe or a load: probe.name and load.name in the phase or window that is judged, baseline.name in the baseline. " +
			"An instance of a for_each is probe.name[\"key\"]. Latencies are in seconds and count from the moment at which a request was due. What was not measured is null.",
		Attributes: []schema.Attribute{
			arg("count", schema.Numeric, "Samples; of a load, requests that were sent."),
			arg("success_count", schema.Numeric, "Samples that were OK."),
			arg("success_ratio", schema.Ratio, "Their share."),
			arg("rate", schema.Numeric, "Requests sent per second. Loads only."),
			arg("offered", schema.Numeric, "Requests that were due, sent or not. Loads only."),
		},
		Blocks: []schema.NestedBlock{
			{Name: "latency", Block: numeric("Of all samples that have one.", "min", "mean", "p50", "p90", "p95", "p99", "max")},
			{Name: "value", Block: numeric("Of probes that measure a value.", "min", "mean", "max", "last")},
			{Name: "last", Block: body("The newest sample, with the fields that the probe's type adds.",
				arg("ok", schema.Bool, "Whether it was OK."),
				arg("error", schema.String, "Why not; empty when it was."),
				arg("latency", schema.Numeric, "In seconds."),
				arg("value", schema.Numeric, "Of probes that measure one."),
			)},
		},
	}
}

func numeric(description string, names ...string) *schema.Block {
	block := body(description)
	for _, name := range names {
		block.Attributes = append(block.Attributes, arg(name, schema.Numeric, statistic(name)))
	}
	return block
}

// statistic says what a name stands for.
func statistic(name string) string {
	switch name {
	case "min":
		return "The lowest."
	case "max":
		return "The highest."
	case "mean":
		return "The arithmetic mean."
	case "last":
		return "The newest."
	default:
		return "What " + name[1:] + " % do not exceed."
	}
}
