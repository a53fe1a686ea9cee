package exec

import (
	"context"
	"regexp"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
	"github.com/gameday-dev/gameday/providers/schema"
)

// probe is the probe "exec".
type probe struct{}

var (
	_ providers.Probe        = probe{}
	_ providers.WithValidate = probe{}
	_ providers.WithSummary  = probe{}
)

// TypeName implements providers.Type.
func (probe) TypeName() string { return "exec" }

// Schema implements providers.Type.
func (probe) Schema() *schema.Block {
	return &schema.Block{
		Description: "Runs a command for each sample and judges how it ended and what it printed. At the time-out, and when the program has " +
			"ended, everything in its process group is killed. `last` offers exit_code (-1 after a signal), stdout (its first 64 KiB), " +
			"stderr (its last 64 KiB) and json (stdout decoded; null when it is not JSON or longer than that).",
		Attributes: append(commandAttributes(), probing.ValueAttributes("the standard output")...),
		Blocks:     []schema.NestedBlock{expectBlock()},
		Exclusive:  [][]string{probing.ValueExclusive()},
	}
}

func expectBlock() schema.NestedBlock {
	return schema.NestedBlock{Name: "expect", Block: &schema.Block{
		Description: "What must hold for the sample to be OK: all that is said. Without the block the exit code must be 0.",
		Attributes: []schema.Attribute{
			{
				Name: "exit_code", Type: schema.Type{Kind: schema.Whole}, Default: cty.NumberIntVal(0),
				Min: schema.Number(0), Max: schema.Number(255), Example: "2",
				Description: "The exit code that is right.",
			},
			{
				Name: "stdout_matches", Type: schema.Type{Kind: schema.String}, Example: `"replicas: [1-9]"`,
				Description: "A regular expression (RE2) that must match somewhere in the first 64 KiB of the standard output.",
			},
			probing.JSONAttribute("the standard output"),
		},
	}}
}

// SampleType implements providers.Probe.
func (probe) SampleType() cty.Type {
	return cty.Object(map[string]cty.Type{
		"exit_code": cty.Number, "stdout": cty.String, "stderr": cty.String, "json": cty.DynamicPseudoType,
	})
}

// Summary implements providers.WithSummary.
func (probe) Summary(v schema.Values) string { return commandSummary(v) }

// Validate implements providers.WithValidate.
func (probe) Validate(_ context.Context, v schema.Values) providers.Diagnostics {
	_, diags := read(v)
	return diags
}

// Open implements providers.Probe.
func (probe) Open(_ context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	p, diags := read(req.Config)
	if diags.HasErrors() {
		return nil, diags
	}
	extra := map[string]string{}
	if run := req.Environment.Handle.Run; run != "" {
		extra[runVariable] = run
	}
	p.command, p.timeout = newCommand(req.Config, req.Dir, extra), req.Timeout
	return p, diags
}

// expectation is how a command must end.
type expectation struct {
	exitCode int
	stdout   *regexp.Regexp
	json     probing.Expectations
}

// read is everything of a prober that is checked.
func read(v schema.Values) (*prober, providers.Diagnostics) {
	at, block := cty.GetAttrPath("expect"), v.Block("expect")
	diags := checkCommand(v)
	stdout, problems := probing.Pattern(block, at, "stdout_matches")
	diags = append(diags, problems...)
	json, problems := probing.JSONExpectations(block, at)
	diags = append(diags, problems...)
	value, problems := probing.NewReader(v)
	expect := expectation{exitCode: block.Int("exit_code"), stdout: stdout, json: json}
	return &prober{expect: expect, value: value}, append(diags, problems...)
}
