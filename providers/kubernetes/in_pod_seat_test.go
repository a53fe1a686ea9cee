package kubernetes

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// planSeats is what a plan says of agents that sit so.
func planSeats(t *testing.T, at seats) (providers.FaultPlan, providers.Diagnostics) {
	t.Helper()
	s := sessionOn(undo.API{})
	s.Access.AgentImage = "agent:1"
	plan := providers.FaultPlan{}
	p := planning{
		session: s, world: worldOf(t, aPod("web-1")), plan: &plan, seats: at, choice: target.Choice{Targets: []providers.Target{podTarget("web-1")}},
	}
	networkPartition().tellSeats(p)
	return plan, at.refusals()
}

func TestPlansSayWhereAgentsRun(t *testing.T) {
	plan, diags := planSeats(t, seats{in: map[string]seat{"shop": {}}})
	assert.Empty(t, diags)
	assert.Equal(t, []string{"one ephemeral container (agent:1) in each pod"}, plan.Radius)
	plan, diags = planSeats(t, seats{in: map[string]seat{"shop": {host: "tools", why: "shop is hardened"}}})
	assert.Empty(t, diags)
	assert.Equal(t, []string{"one privileged pod (agent:1) in namespace tools on the node of each pod in shop (worker), as shop is hardened"}, plan.Radius)
	assert.Contains(t, plan.Undo, "its own pod is removed")
	plan, _ = planSeats(t, seats{in: map[string]seat{"shop": {host: "tools", why: "shop is hardened"}, "other": {}}})
	assert.Contains(t, plan.Radius, "one ephemeral container (agent:1) in each other pod")
	assert.Contains(t, plan.Undo, "where it is no container of the pod, the agent on the node")
	_, diags = planSeats(t, seats{in: map[string]seat{"shop": {why: "shop is hardened", remedy: "set allow_privileged = true"}}})
	require.True(t, diags.HasErrors())
	assert.Equal(t, "Shop is hardened. Set allow_privileged = true.", diags[0].Detail)
}

// TestServersWithoutEphemeralContainers: what remains depends on the environment.
func TestServersWithoutEphemeralContainers(t *testing.T) {
	s := sessionOn(undo.API{})
	at := s.seatOutside(t.Context(), seat{why: "it is old"})
	assert.Empty(t, at.host)
	assert.Contains(t, at.remedy, "allow_privileged = true")
	s.ephemeral.asked = true
	assert.False(t, s.servesEphemeral())
	s.ephemeral.served = true
	assert.True(t, s.servesEphemeral())
	assert.Equal(t, []string{"shop", "default"}, hostNamespaces([]string{"shop"}))
	assert.Equal(t, []string{"default"}, hostNamespaces(nil))
}

// TestRightsAreAskedForWhereAgentsRun, and all of them are in the role.
func TestRightsAreAskedForWhereAgentsRun(t *testing.T) {
	f := networkPartition()
	outside := seats{in: map[string]seat{"shop": {host: "tools"}}, unknown: errors.New("not asked")}
	for _, r := range outside.rules(f.rules()) {
		assert.NotEqual(t, "pods/ephemeralcontainers", r.Resource)
		assert.Equal(t, r.Resource == "pods/exec" || len(r.Verbs) > 1, r.Namespace == "tools", "%+v", r)
	}
	inside := seats{in: map[string]seat{"shop": {}}}
	for _, r := range inside.rules(f.rules()) {
		assert.NotContains(t, r.Verbs, "delete", "%+v", r)
		assert.Equal(t, "shop", r.Namespace)
	}
	assert.Subset(t, (&fault{behavior: f}).AccessRules(), hostRules())
	assert.Equal(t, []string{"shop", "tools"}, outside.beside([]string{"shop"}))
}
