package http

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
	"github.com/gameday-dev/gameday/providers/schema"
)

// expectBlock describes what an answer must be like.
func expectBlock() schema.NestedBlock {
	return schema.NestedBlock{Name: "expect", Block: &schema.Block{
		Description: "What the answer must be like for the sample to be OK. Everything that is said must hold; without the block the status must be 2xx.",
		Attributes: []schema.Attribute{
			statusAttribute(),
			{
				Name: "body_matches", Type: schema.Type{Kind: schema.String}, Example: `"(?i)healthy"`,
				Description: "A regular expression (RE2) that must match somewhere in the first 64 KiB of the body.",
			},
			{
				Name: "headers", Type: schema.Type{Kind: schema.String, Of: schema.MapOf}, Example: `{ Content-Type = "^application/json" }`,
				Description: "Regular expressions by header; each must match one of the header's values.",
			},
			probing.JSONAttribute("the body"),
		},
	}}
}

// expectation is what an answer must be like.
type expectation struct {
	status  statuses
	body    *regexp.Regexp
	headers map[string]*regexp.Regexp
	json    probing.Expectations
}

// newExpectation reads the block of expectBlock.
func newExpectation(v schema.Values) (*expectation, providers.Diagnostics) {
	at, block := cty.GetAttrPath("expect"), v.Block("expect")
	status, diags := newStatuses(block, at)
	body, problems := probing.Pattern(block, at, "body_matches")
	diags = append(diags, problems...)
	headers, problems := probing.Patterns(block, at, "headers")
	diags = append(diags, problems...)
	json, problems := probing.JSONExpectations(block, at)
	diags = append(diags, problems...)
	return &expectation{status: status, body: body, headers: headers, json: json}, diags
}

// check says what is wrong with an answer. A wrong status says it all: what
// else is wrong follows from it.
func (e *expectation) check(ctx context.Context, a *answer) error {
	if err := e.status.check(a.status, probing.FirstLine(a.page.text)); err != nil {
		return err
	}
	problems := e.checkHeaders(a)
	if e.body != nil && !e.body.MatchString(a.page.text) {
		problems = append(problems, fmt.Errorf("expected the body to match %q, got %s", e.body, probing.Quote(a.page.text)))
	}
	if len(e.json) > 0 {
		problems = append(problems, e.checkJSON(ctx, a))
	}
	return errors.Join(problems...)
}

func (e *expectation) checkHeaders(a *answer) (problems []error) {
	for _, name := range slices.Sorted(maps.Keys(e.headers)) {
		values := a.header.Values(name)
		if !slices.ContainsFunc(values, e.headers[name].MatchString) {
			problems = append(problems, fmt.Errorf("expected the header %s to match %q, got %q", name, e.headers[name], values))
		}
	}
	return problems
}

func (e *expectation) checkJSON(ctx context.Context, a *answer) error {
	if !a.page.whole {
		return fmt.Errorf("expected JSON of at most %d bytes, got %d bytes", probing.BodyLimit, a.bytes)
	}
	return e.json.Check(ctx, []byte(a.page.text))
}
