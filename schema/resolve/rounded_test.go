package resolve_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/resolve"
)

// Messages show four digits of what was measured, conditions are judged on all
// of them, and the terms beside the verdict show on which side of a limit the
// value lies.
func TestMessagesShowFourDigits(t *testing.T) {
	for name, test := range map[string]struct {
		p99           float64
		message, term string
	}{
		"a long time":   {2.025485243, "p99 is 2.025 s.", "2.02549"},
		"a short time":  {0.035108409, "p99 is 0.03511 s.", "0.0351084"},
		"whole":         {3, "p99 is 3 s.", "3"},
		"almost whole":  {1.000004, "p99 is 1.000004 s.", "1.000004"},
		"large":         {12345678.25, "p99 is 12345678 s.", "12345678"},
		"next to none":  {1.23456789e-12, "p99 is 0.000000000001235 s.", "1.23457e-12"},
		"a plain fifth": {0.2, "p99 is 0.2 s.", "0.2"},
	} {
		t.Run(name, func(t *testing.T) {
			c := conditionOf(t, "probe.web.latency.p99 < 0", `"p99 is ${probe.web.latency.p99} s."`)
			judged, diags := c.Eval(resolve.Scope{Current: map[string]cty.Value{"probe.web": window(1, test.p99, cty.NumberIntVal(1))}})
			require.Empty(t, diags)
			assert.Equal(t, test.message, judged.Message)
			assert.Equal(t, []resolve.Term{{"probe.web.latency.p99", test.term}}, judged.Terms)
		})
	}
}

func TestConditionsAreJudgedOnAllDigits(t *testing.T) {
	c := conditionOf(t, "probe.web.latency.p99 <= 2.0254", "")
	judged, diags := c.Eval(resolve.Scope{Current: map[string]cty.Value{"probe.web": window(1, 2.025400001, cty.NumberIntVal(1))}})
	require.Empty(t, diags)
	assert.False(t, judged.Holds)
}
