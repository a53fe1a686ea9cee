package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/follow"
	"github.com/gameday-dev/gameday/providers/probing"
)

func (o objects) judge(ctx context.Context, all []follow.Object) providers.Sample {
	document, err := o.document(all)
	if err != nil {
		return providers.Sample{Error: err.Error()}
	}
	sample := providers.Sample{OK: true, Fields: o.fields(all, document)}
	if err = errors.Join(o.number(len(all)), o.conditions(all)); err == nil && (len(all) > 0 || !o.single) {
		err = o.json.Check(ctx, document)
	}
	var problem error
	if sample.Value, problem = o.measured(ctx, all, document); err == nil {
		err = problem
	}
	if err != nil {
		sample.OK, sample.Error = false, err.Error()
	}
	return sample
}

// document is what jq expressions are about.
func (o objects) document(all []follow.Object) ([]byte, error) {
	if o.single && len(all) == 1 {
		return json.Marshal(all[0].Object)
	}
	items := make([]any, 0, len(all))
	for _, object := range all {
		items = append(items, object.Object)
	}
	return json.Marshal(map[string]any{"items": items})
}

func (o objects) measured(ctx context.Context, all []follow.Object, document []byte) (*float64, error) {
	if o.counts {
		n := float64(len(all))
		return &n, nil
	}
	if o.single && len(all) == 0 {
		return nil, nil // it was said already that there is none, or there should not be
	}
	return o.value.Read(ctx, document)
}

// number checks how many there are.
func (o objects) number(n int) error {
	switch {
	case o.exists != nil && !*o.exists && n > 0:
		return fmt.Errorf("expected no %s, found %d", o.what.kind, n)
	case n == 0 && (o.exists == nil && o.min == nil && o.max == nil || o.exists != nil && *o.exists):
		return fmt.Errorf("expected a %s, found none", o.what.kind)
	case o.min != nil && n < *o.min:
		return fmt.Errorf("expected at least %d of %s, found %d", *o.min, o.what.kind, n)
	case o.max != nil && n > *o.max:
		return fmt.Errorf("expected at most %d of %s, found %d", *o.max, o.what.kind, n)
	default:
		return nil
	}
}

// conditions checks the conditions of every object, and names the first few that
// lack one.
func (o objects) conditions(all []follow.Object) error {
	const most = 3
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(o.condition)) {
		for _, object := range all {
			if got := conditionsOf(object)[name]; got != o.condition[name] {
				problems = append(problems, fmt.Sprintf("%s has %s=%s", object.GetName(), name, orNone(got)))
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	more := ""
	if n := len(problems) - most; n > 0 {
		problems, more = problems[:most], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Errorf("expected %s: %s%s", selector(o.condition), strings.Join(problems, ", "), more)
}

func orNone(text string) string {
	if text == "" {
		return "(not set)"
	}
	return text
}

func (o objects) fields(all []follow.Object, document []byte) cty.Value {
	fields := map[string]cty.Value{
		"count": cty.NumberIntVal(int64(len(all))), "names": namesOf(all),
		"conditions": cty.NullVal(cty.Map(cty.String)), "object": cty.NullVal(cty.DynamicPseudoType),
	}
	if o.single && len(all) == 1 {
		fields["conditions"] = texted(conditionsOf(all[0]))
		if len(document) <= probing.BodyLimit {
			fields["object"] = probing.JSON(document)
		}
	}
	return cty.ObjectVal(fields)
}
