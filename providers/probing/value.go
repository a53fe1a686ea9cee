package probing

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// ValueAttributes describe how a number is read out of an answer: at most one
// of the two may be set, see ValueExclusive.
func ValueAttributes(subject string) []schema.Attribute {
	return []schema.Attribute{
		{
			Name: "value_json",
			Description: "A jq expression that gives the number which the probe measures, out of " + subject +
				" as JSON. It is what conditions see as `value`. A sample without the number fails.",
			Type:    schema.Type{Kind: schema.String},
			Example: `".queue.depth"`,
		},
		{
			Name: "value_regex",
			Description: "A regular expression whose first group (or the whole, without a group) matches the number which the probe " +
				"measures, in " + subject + ". A sample without the number fails.",
			Type:    schema.Type{Kind: schema.String},
			Example: `"depth: ([0-9.]+)"`,
		},
	}
}

// ValueExclusive is the group of ValueAttributes for Block.Exclusive.
func ValueExclusive() []string { return []string{"value_json", "value_regex"} }

// A Reader reads the measured number out of an answer.
type Reader struct {
	query   *Query
	pattern *regexp.Regexp
}

// NewReader reads ValueAttributes.
func NewReader(v schema.Values) (Reader, providers.Diagnostics) {
	pattern, diags := Pattern(v, nil, "value_regex")
	reader := Reader{pattern: pattern}
	if v.Known("value_json") {
		query, err := ParseQuery(v.String("value_json"))
		if err != nil {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("value_json"), "Invalid jq expression", "%s.", err)...)
		}
		reader.query = query
	}
	return reader, diags
}

// Read is the number in a text; nil when the probe measures none.
func (r Reader) Read(ctx context.Context, text []byte) (*float64, error) {
	switch {
	case r.query != nil:
		return r.fromJSON(ctx, text)
	case r.pattern != nil:
		return r.fromText(text)
	default:
		return nil, nil
	}
}

func (r Reader) fromJSON(ctx context.Context, text []byte) (*float64, error) {
	document, err := decode(text)
	if err != nil {
		return nil, err
	}
	found, err := r.query.Find(ctx, document)
	if err != nil {
		return nil, err
	}
	switch n := found.(type) {
	case float64:
		return &n, nil
	case int: // gojq's own results, such as that of length
		f := float64(n)
		return &f, nil
	case string:
		return number(n)
	default:
		return nil, fmt.Errorf("expected a number at %s, got %s", r.query.text, shown(found))
	}
}

func (r Reader) fromText(text []byte) (*float64, error) {
	groups := r.pattern.FindSubmatch(text)
	if groups == nil {
		return nil, fmt.Errorf("value_regex %q matches nothing in %s", r.pattern, Quote(Text(text)))
	}
	return number(string(groups[min(1, len(groups)-1)]))
}

func number(text string) (*float64, error) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return nil, fmt.Errorf("expected a number, got %s", Quote(text))
	}
	return &n, nil
}
