package plan

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/resolve"
)

func decodeBody(b resolve.Body) (schema.Values, hcl.Diagnostics) {
	if d, ok := any(b).(interface {
		Decode(map[string]cty.Value) (schema.Values, hcl.Diagnostics)
	}); ok {
		return d.Decode(nil)
	}
	return schema.Values{}, nil
}

func conditionText(c resolve.Condition) string {
	if t, ok := any(c).(interface{ Text() string }); ok {
		return t.Text()
	}
	return ""
}
