package probing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/itchyny/gojq"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// JSONAttribute describes the attribute that Expectations reads.
func JSONAttribute(subject string) schema.Attribute {
	return schema.Attribute{
		Name: "json",
		Description: "What " + subject + " must say as JSON: an object from jq expressions (a JSONPath that only steps down, such as " +
			"`$.state`, is one too) to the values they must give. Numbers are compared as numbers; several results are compared as a list.",
		Type:    schema.Type{Kind: schema.Any},
		Example: `{ ".state" = "up", ".queue | length" = 0 }`,
	}
}

// Expectations are what a JSON document must say.
type Expectations []expectation

// expectation is that one query gives one value.
type expectation struct {
	query *Query
	want  any
}

// JSONExpectations reads the attribute "json". What is not known yet is left
// out.
func JSONExpectations(v schema.Values, at cty.Path) (Expectations, providers.Diagnostics) {
	if !v.Known("json") {
		return nil, nil
	}
	given, path := v.Attr("json"), at.GetAttr("json")
	if !given.Type().IsObjectType() && !given.Type().IsMapType() {
		return nil, providers.Errorf(path, "Invalid JSON expectation",
			"Expected an object from jq expressions to values, such as { \".state\" = \"up\" }, got %s.", given.Type().FriendlyName())
	}
	var all Expectations
	var diags providers.Diagnostics
	wanted := given.AsValueMap()
	for _, text := range slices.Sorted(maps.Keys(wanted)) {
		one, problems := newExpectation(text, wanted[text], path.IndexString(text))
		diags = append(diags, problems...)
		if one != nil {
			all = append(all, *one)
		}
	}
	return all, diags
}

func newExpectation(text string, want cty.Value, path cty.Path) (*expectation, providers.Diagnostics) {
	query, err := ParseQuery(text)
	if err != nil {
		return nil, providers.Errorf(path, "Invalid jq expression", "%s. Expected something like \".items[0].state\".", err)
	}
	if !want.IsWhollyKnown() {
		return nil, nil
	}
	value, err := plain(want)
	if err != nil {
		return nil, providers.Errorf(path, "Invalid JSON expectation", "%q must be compared with a value that JSON has: %s.", text, err)
	}
	return &expectation{query: query, want: value}, nil
}

// plain is a cty value as encoding/json would decode it.
func plain(v cty.Value) (decoded any, err error) {
	text, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return nil, err
	}
	err = json.Unmarshal(text, &decoded)
	return decoded, err
}

// Check says what is not as expected; nil when all is. The text is the document
// as it came.
func (e Expectations) Check(ctx context.Context, text []byte) error {
	if len(e) == 0 {
		return nil
	}
	document, err := decode(text)
	if err != nil {
		return err
	}
	var problems []error
	for _, one := range e {
		problems = append(problems, one.check(ctx, document))
	}
	return errors.Join(problems...)
}

func (e expectation) check(ctx context.Context, document any) error {
	got, err := e.query.Find(ctx, document)
	if err != nil {
		return err
	}
	if gojq.Compare(got, e.want) != 0 {
		return fmt.Errorf("expected %s to be %s, got %s", e.query.text, shown(e.want), shown(got))
	}
	return nil
}

func decode(text []byte) (document any, err error) {
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("expected JSON, got %s", Quote(Text(text)))
	}
	return document, nil
}
