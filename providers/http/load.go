package http

import (
	"context"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
	"github.com/gameday-dev/gameday/providers/schema"
)

// load is the load "http".
type load struct{}

var (
	_ providers.Load         = load{}
	_ providers.WithValidate = load{}
	_ providers.WithSummary  = load{}
)

// TypeName implements providers.Type.
func (load) TypeName() string { return "http" }

// Schema implements providers.Type.
func (load) Schema() *schema.Block {
	return &schema.Block{
		Description: "Offers requests to a URL in an open model: each is sent when its schedule says so, however slow the answers to those " +
			"before it are, and its latency counts from that moment. What gameday itself is late for, by more than a second and by more than the " +
			"time to the next request, or by more than the time-out, is reported as offered but not sent. Set either rate or stage blocks.",
		Attributes: append(requestAttributes(), rateAttribute(false), schema.Attribute{
			Name: "max_in_flight", Type: schema.Type{Kind: schema.Whole}, Default: cty.NumberIntVal(1000), Min: schema.Number(1), Example: "200",
			Description: "How many requests may wait for their answer at the same time. A request that is due beyond that is not sent, " +
				"and is reported as offered but not sent.",
		}),
		Blocks:    []schema.NestedBlock{stageBlock(), loadExpectBlock(), probing.TLSBlock()},
		Exclusive: [][]string{{"rate", "stage"}},
	}
}

func rateAttribute(required bool) schema.Attribute {
	return schema.Attribute{
		Name: "rate", Type: schema.Type{Kind: schema.Numeric}, Required: required, Max: schema.Number(maxRate), Example: "50",
		Description: "Requests per second, more than 0 and at most 100000; fractions are allowed. They are spread evenly.",
	}
}

func stageBlock() schema.NestedBlock {
	return schema.NestedBlock{Name: "stage", Nesting: schema.List, Block: &schema.Block{
		Description: "A step of the load, one after the other. The last one holds until the load ends, whatever its duration.",
		Attributes: []schema.Attribute{rateAttribute(true), {
			Name: "duration", Type: schema.Type{Kind: schema.Duration}, Example: `"30s"`,
			Description: "How long the stage lasts. Required for every stage but the last.",
		}},
	}}
}

func loadExpectBlock() schema.NestedBlock {
	return schema.NestedBlock{Name: "expect", Block: &schema.Block{
		Description: "Which answers count as a success. Without the block the status must be 2xx.",
		Attributes:  []schema.Attribute{statusAttribute()},
	}}
}

// Validate implements providers.WithValidate.
func (load) Validate(_ context.Context, v schema.Values) providers.Diagnostics {
	_, diags := readGenerator(v)
	return append(diags, probing.ValidateTLS(v)...)
}

// Summary implements providers.WithSummary.
func (load) Summary(v schema.Values) string { return requestSummary(v) + ", " + paceSummary(v) }

// Open implements providers.Load.
func (load) Open(_ context.Context, req providers.OpenRequest) (providers.Generator, providers.Diagnostics) {
	g, diags := readGenerator(req.Config)
	client, problems := newClient(req.Config, req.Dir, g.limit)
	if diags = append(diags, problems...); diags.HasErrors() {
		return nil, diags
	}
	g.client, g.timeout = client, req.Timeout
	return g, diags
}

// readGenerator is everything of a generator that needs no file.
func readGenerator(v schema.Values) (*generator, providers.Diagnostics) {
	request, diags := newTemplate(v)
	pace, problems := newPace(v)
	diags = append(diags, problems...)
	status, problems := newStatuses(v.Block("expect"), cty.GetAttrPath("expect"))
	g := &generator{request: request, pace: pace, status: status, limit: v.Int("max_in_flight")}
	g.announce = ignore
	return g, append(diags, problems...)
}
