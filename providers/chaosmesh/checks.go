package chaosmesh

import (
	"math"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// wholePercent refuses fractions of a percent, where Chaos Mesh has none.
func wholePercent(name string) func(schema.Values) providers.Diagnostics {
	return func(v schema.Values) providers.Diagnostics {
		if n := v.Float(name); v.Known(name) && n != math.Trunc(n) {
			return providers.Errorf(cty.GetAttrPath(name), "Not a whole number", "Chaos Mesh knows %s in whole percent only, found %g.", name, n)
		}
		return nil
	}
}

// wholly refuses fractions of a unit of time.
func wholly(name string, unit time.Duration) func(schema.Values) providers.Diagnostics {
	return func(v schema.Values) providers.Diagnostics {
		if d := v.Duration(name); v.Known(name) && d%unit != 0 {
			return providers.Errorf(cty.GetAttrPath(name), "Too fine", "Chaos Mesh knows %s in multiples of %s only, found %s.", name, unit, d)
		}
		return nil
	}
}

// onlyOne requires exactly one of two attributes.
func onlyOne(a, b string) func(schema.Values) providers.Diagnostics {
	return func(v schema.Values) providers.Diagnostics {
		if v.Attr(a).IsNull() == v.Attr(b).IsNull() && v.Attr(a).IsKnown() && v.Attr(b).IsKnown() {
			return providers.Errorf(nil, "One of two", "Set either %s or %s.", a, b)
		}
		return nil
	}
}

// notEmpty refuses an empty text, which Chaos Mesh takes for none.
func notEmpty(name string) func(schema.Values) providers.Diagnostics {
	return func(v schema.Values) providers.Diagnostics {
		if v.Known(name) && v.String(name) == "" {
			return providers.Errorf(cty.GetAttrPath(name), "Empty text", "Chaos Mesh takes an empty %s for none, and would replace nothing.", name)
		}
		return nil
	}
}
