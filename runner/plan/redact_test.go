package plan

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
)

func TestRedactText(t *testing.T) {
	r := newRedactor([]string{"hunter2-long", "hunter2", "x", `hun"ter2`, "hun'ter:horse"})
	for in, want := range map[string]string{
		"nothing":               "nothing",
		"say hunter2 twice":     "say (sensitive) twice",
		"hunter2-long, hunter2": "(sensitive), (sensitive)",
		"x":                     "(sensitive)",
		"extra":                 "extra",
		`"hun\"ter2"`:           `"(sensitive)"`, // as providers quote
		"aHVuJ3Rlcjpob3JzZQ==":  "(sensitive)",
	} {
		assert.Equal(t, want, r.text(in))
	}
}

// TestRedactPlan puts a secret wherever a provider could put one.
func TestRedactPlan(t *testing.T) {
	const secret = "hunter2"
	p := samplePlan()
	e := &p.Experiments[0]
	e.Description, e.Labels = secret, map[string]string{"k": secret}
	e.Faults[0].FaultPlan = providers.FaultPlan{
		Effect: secret, Unknown: secret, Undo: secret, Guard: secret, Radius: []string{secret}, Adds: []string{"body: " + secret},
		Permissions: []providers.Permission{{Action: secret, Detail: secret}},
	}
	e.Loads, e.Probes = []Series{{Summary: "GET " + secret}}, []Series{{Summary: secret}}
	e.Rollback = []Action{{Summary: secret}}
	env := &p.Environments[0]
	env.Summary, env.Undo, env.Steps = secret, secret, []string{secret}
	shared := map[string]string{"k": secret}
	env.Labels = []providers.Labels{{Target: "process/a", Labels: shared}}
	p.Findings = []Finding{{Summary: secret, Detail: "the value " + secret}}

	rewriter(newRedactor([]string{secret}).text).plan(p)
	data, err := json.Marshal(p)
	require.NoError(t, err)
	assert.NotContains(t, string(data), secret)
	assert.Equal(t, secret, shared["k"], "what the provider holds is left alone")
}
