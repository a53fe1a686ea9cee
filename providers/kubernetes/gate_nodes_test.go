package kubernetes

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// TestActsOnNodesPassTheGate: a runner that is late does nothing to nodes either.
func TestActsOnNodesPassTheGate(t *testing.T) {
	late := undo.API{Gate: func(context.Context) error { return errLate }}
	step := claim.NodeStep{Node: "worker", Action: "pause", Via: "kind/none"}
	shots, err := json.Marshal([]shot{{Shot: nodes.Shot{Node: step}, Name: "app"}})
	require.NoError(t, err)
	i := injection{
		session: sessionOn(late), nodes: []claim.NodeStep{step}, data: shots,
		config: schema.NewValues(cty.ObjectVal(map[string]cty.Value{"signal": cty.StringVal("SIGKILL")})),
	}
	require.ErrorIs(t, onNode{}.inject(t.Context(), i), errLate)
	require.ErrorIs(t, containerKill{}.inject(t.Context(), i), errLate)
}

// TestSignalsComeFromTheTargetsNamespace: there the claim, the rights and the reaper are.
func TestSignalsComeFromTheTargetsNamespace(t *testing.T) {
	s := sessionOn(undo.API{})
	s.Access.Namespaces = []string{"bank", "shop"}
	steps := nodes.Steps(s.Cluster, "id", []nodes.Shot{{Node: claim.NodeStep{Via: "pod"}, Namespace: "shop"}})
	require.Len(t, steps, 1)
	assert.Contains(t, steps[0].Path, "/namespaces/shop/pods/")
	visitors := containerKill{}.pods(planning{session: s, choice: target.Choice{Targets: []providers.Target{podTarget("a"), podTarget("b")}}})
	require.Len(t, visitors, 1)
	assert.Equal(t, "shop", visitors[0].namespace)
	assert.Equal(t, "privileged", visitors[0].level)
}
