package kubernetes

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// TestNothingOnNodesBeforeTheClaim: the privileged pod through which a kubelet is
// stopped is the run's, and claimed before it is there: it is nobody's stray, wherever
// the runner is killed.
func TestNothingOnNodesBeforeTheClaim(t *testing.T) {
	s := newSwept(t)
	const pods = "/api/v1/namespaces/shop/pods"
	text, err := json.Marshal(recorded{Access: s.access, Nodes: []claim.NodeStep{{Node: "worker", Action: machine.KubeletStop, Via: "pod"}}})
	require.NoError(t, err)
	record := providers.Record{
		ID: "01STOP", Run: "run", Address: "experiment.x.fault.y", Type: "kubernetes_kubelet_stop", Version: recordVersion, Undo: text,
		Targets: []providers.Target{{Kind: "node", Name: "worker", UID: "n"}}, Deadline: time.Now().Add(time.Minute),
	}
	ctx, die := context.WithCancel(t.Context())
	defer die()
	s.Meet(func(method, path string) int {
		if method == http.MethodPost && strings.Contains(path, "/proxy/") { // the pod is there
			die()
			return http.StatusBadGateway
		}
		if method == http.MethodDelete && ctx.Err() != nil { // who is killed takes nothing away
			return http.StatusBadGateway
		}
		return 0
	})
	stop := &fault{behavior: newKubeletStop(), provider: New()}
	require.Error(t, stop.Inject(ctx, providers.InjectRequest{Record: record}))

	at := slices.IndexFunc(s.Paths(), func(path string) bool { return strings.HasPrefix(path, pods+"/") })
	require.GreaterOrEqual(t, at, 0, "the pod is there")
	path := s.Paths()[at]
	labels := s.Get(path)["metadata"].(map[string]any)["labels"].(map[string]any)
	assert.Equal(t, "run", labels[undo.LabelRun])
	assert.Equal(t, "01STOP", labels[undo.LabelFault])
	claimed := slices.Index(s.Requests(), "POST /apis/coordination.k8s.io/v1/namespaces/default/leases")
	made := slices.Index(s.Requests(), "POST "+pods)
	assert.True(t, claimed >= 0 && claimed < made, "claimed by request %d, made by %d", claimed, made)

	s.Meet(nil)
	_, _ = s.sweep(providers.SweepRequest{})
	assert.NotEmpty(t, s.Get(path), "what is claimed is no stray")
}

// TestSweepRights: a role that lets a fault on a node be injected lets a sweep of the
// same fence find it, too: a sweep reads the claims of every namespace in it.
func TestSweepRights(t *testing.T) {
	for _, b := range []behavior{nodeCordon{}, newKubeletStop(), podKill{}} {
		f := &fault{behavior: b, provider: New()}
		assert.True(t, slices.ContainsFunc(f.AccessRules(), func(r providers.AccessRule) bool {
			return r.Resource == "leases" && r.Namespace == "" && slices.Contains(r.Verbs, "list")
		}), "%s may list leases in the fence", f.typeName())
	}
}

// TestWhatAPlanSaysOfTheReaper: nobody is promised one that will not be there, also while the cluster is not up.
func TestWhatAPlanSaysOfTheReaper(t *testing.T) {
	const none, image, perhaps = "(reaper = false)", "(it has no image of the agent)", "unless the environment comes up without one"
	with := cluster.Access{AgentImage: "agent:1", Reaper: true}
	for name, c := range map[string]struct {
		outputs cty.Value
		want    string
	}{
		"there":                          {outputs(with), "the reaper inside the cluster, at the deadline"},
		"to come":                        {outputsWithout(with, outputServer), "the reaper inside the cluster, at the deadline"},
		"not wanted":                     {outputs(cluster.Access{AgentImage: "agent:1"}), none},
		"not wanted, to come":            {outputsWithout(cluster.Access{AgentImage: "agent:1"}, outputServer), none},
		"no image":                       {outputs(cluster.Access{}), image},
		"no image, to come":              {outputsWithout(cluster.Access{Reaper: true}, outputServer), image},
		"not known yet":                  {outputsWithout(with, outputServer, outputReaper, outputAgentImage), perhaps},
		"nothing is known":               {cty.DynamicVal, perhaps},
		"not wanted, whatever the image": {outputsWithout(cluster.Access{}, outputServer, outputAgentImage), none},
	} {
		t.Run(name, func(t *testing.T) {
			text := (&fault{behavior: podKill{}}).guardText(providers.EnvironmentState{Outputs: c.outputs})
			assert.Contains(t, text, c.want)
			assert.Equal(t, c.want == perhaps, strings.Contains(text, perhaps), text)
		})
	}
}
