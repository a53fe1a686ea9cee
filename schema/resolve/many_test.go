package resolve_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/schema/resolve"
)

// Experiments are resolved several at once, which must not show.
func TestManyExperimentsAreInOrder(t *testing.T) {
	var text strings.Builder
	text.WriteString(many(100))
	for i := range 50 {
		fmt.Fprintf(&text, `
experiment "wrong%02d" {
  environment = environment.shop
  steady_state {
    probe "http" "web" { url = local.nowhere }
    probe "htp" "web2" {}
    assert "a" { condition = probe.web.succes_ratio > 0 }
  }
  fault "fake_delay" "f" { latency = "2h" }
}
`, i)
	}
	cfg := load(t, map[string]string{"main.gameday.hcl": text.String()})
	first, wanted := resolve.Resolve(t.Context(), cfg, set(t), resolve.Inputs{})
	require.Len(t, wanted, 4*50)
	require.Len(t, first.Experiments, 150)
	for i := range 5 {
		again, diags := resolve.Resolve(t.Context(), cfg, set(t), resolve.Inputs{})
		require.Equal(t, fmt.Sprint(wanted), fmt.Sprint(diags), "round %d", i)
		require.Equal(t, addresses(first), addresses(again))
	}
}

func addresses(r *resolve.Resolved) []string {
	var all []string
	for _, e := range r.Experiments {
		all = append(all, e.Addr.String(), e.Faults[0].Addr.String())
	}
	return all
}

// What is made once for many bodies is asked for by many goroutines, here with
// modules, functions and secrets.
func TestManyExperimentsInModules(t *testing.T) {
	child := strings.ReplaceAll(many(40), `var.limit`, `nonsensitive(sensitive(tonumber(file("limit.txt"))))`)
	cfg := load(t, map[string]string{
		"main.gameday.hcl":      "module \"m\" {\n  source = \"./m\"\n  for_each = toset([\"a\", \"b\"])\n}\n",
		"m/child.gameday.hcl":   child,
		"m/limit.txt":           "0.5",
		"m/another.gameday.hcl": "output \"x\" { value = 1 }\n",
	})
	r, diags := resolve.Resolve(t.Context(), cfg, set(t), resolve.Inputs{})
	require.Empty(t, diags)
	assert.Len(t, r.Experiments, 80)
}
