package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

func steadySchema() *hcl.BodySchema {
	return bodySchema([]string{"baseline"},
		blockSchema("probe", "type", "name"),
		blockSchema("assert", "name"),
		blockSchema("recovery"),
	)
}

// steadyState reads the block, whose absence is an error: an experiment that
// cannot fail proves nothing.
func (d *experimentDecoder) steadyState(block *hcl.Block) {
	e := d.experiment
	if block == nil && d.misplaced {
		return
	}
	if block == nil {
		d.invalid(e.DeclRange, "Experiment without a steady state",
			"The experiment %q has no steady_state block, so that nothing could make it fail. Add one with at least a probe and an assert.", e.Name)
		return
	}
	reported := len(d.diags)
	content := d.content(block, steadySchema())
	e.Steady = &SteadyState{
		Baseline:  argument(content, "baseline"),
		Probes:    map[string]*Probe{},
		Asserts:   map[string]*Assert{},
		DeclRange: block.DefRange,
	}
	if inner := d.single(content.Blocks, "recovery"); inner != nil {
		e.Steady.Recovery = d.recovery(inner)
	}
	for _, inner := range content.Blocks {
		switch inner.Type {
		case "probe":
			d.probe(inner)
		case "assert":
			d.assert(inner)
		}
	}
	if len(content.Blocks.OfType("assert")) == 0 && !d.mentioned(reported, "assert") {
		d.invalid(block.DefRange, "Steady state without an assertion",
			"The steady state of %q asserts nothing, so that nothing could make the experiment fail. Add an assert block.", e.Name)
	}
}

func (l *loader) recovery(block *hcl.Block) *Recovery {
	content := l.content(block, bodySchema([]string{"within", "hold"}))
	return &Recovery{Within: argument(content, "within"), Hold: argument(content, "hold"), DeclRange: block.DefRange}
}

func (d *experimentDecoder) probe(block *hcl.Block) {
	content, rest := d.partial(block, bodySchema(MetaArguments("probe")))
	name, at := label(block)
	if !d.declare(d.names, "probe", name, at) {
		return
	}
	d.experiment.Steady.Probes[name] = &Probe{
		Type:      block.Labels[0],
		Name:      name,
		Interval:  argument(content, "interval"),
		Timeout:   argument(content, "timeout"),
		From:      argument(content, "from"),
		ForEach:   argument(content, "for_each"),
		Body:      rest,
		DeclRange: block.DefRange,
		TypeRange: block.LabelRanges[0],
	}
}

func (d *experimentDecoder) assert(block *hcl.Block) {
	content := d.content(block, bodySchema([]string{"condition!", "error_message", "phases", "window", "min_samples"}))
	name, at := label(block)
	if !d.declare(d.names, "assert", name, at) || content.Attributes["condition"] == nil {
		return
	}
	d.experiment.Steady.Asserts[name] = &Assert{
		Name:         name,
		Condition:    argument(content, "condition"),
		ErrorMessage: argument(content, "error_message"),
		Phases:       argument(content, "phases"),
		Window:       argument(content, "window"),
		MinSamples:   argument(content, "min_samples"),
		DeclRange:    block.DefRange,
	}
}

// mentioned reports whether a problem after the first ones is about a name: then
// its absence has been explained.
func (l *loader) mentioned(first int, name string) bool {
	return slices.ContainsFunc(l.diags[first:], func(diag *hcl.Diagnostic) bool {
		return strings.Contains(diag.Detail, name)
	})
}
