package kubernetes

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/schema"
)

// aReaching is a fault of an operator that acts at the other ends, too, and names them.
func aReaching(reaches bool) operated {
	f := anOperated()
	f.Peers, f.Apart, f.Container = true, true, false
	f.Reaches = func(schema.Values) bool { return reaches }
	f.Spec = func(r OperatedRequest) map[string]any { return map[string]any{"ends": r.Ends.Pods["shop"]} }
	return f
}

const toPeers = "target {\n  names = [\"web\"]\n}\nto {\n  labels = { app = \"peer\" }\n}"

// aPeer is a pod at the other end.
func aPeer(name string) *corev1.Pod {
	pod := aPod(name)
	pod.Labels = map[string]string{"app": "peer"}
	return pod
}

// TestEndsArePlanned: by UID, and as what is hit where the operator acts there.
func TestEndsArePlanned(t *testing.T) {
	for name, reaches := range map[string]bool{"reached": true, "told of": false} {
		t.Run(name, func(t *testing.T) {
			server, api := apitest.New(t)
			server.Put("/apis/mesh.example.com/v1", map[string]any{"resources": []any{map[string]any{"name": "skews"}}})
			objects := []runtime.Object{aPod("web"), aPeer("peer-b"), aPeer("peer-a"), aPod("db")}
			f := aReaching(reaches)
			var plan providers.FaultPlan
			p := planning{session: sessionOn(api, objects...), world: worldOf(t, objects...), plan: &plan, duration: time.Second, config: providertest.Decode(t, f.schema(), toPeers)}
			p.choice.Targets = []providers.Target{podTarget("web")}
			plan.Targets = p.choice.Targets
			require.False(t, f.plan(t.Context(), p).HasErrors())
			assert.Equal(t, []string{"uid-peer-a", "uid-peer-b"}, uidsOf(plan.Ends))
			assert.Equal(t, reaches, plan.AtEnds)
			if reaches {
				assert.Equal(t, 4, plan.EndsPopulation)
				assert.Contains(t, plan.Radius, "2 of 4 pods at the other ends")
				assert.Len(t, plan.ActsOn(), 3)
			}
		})
	}
}

// TestEndsAreThoseOfThePlan: the object names the pods that were shown, and nothing is asked for once one of them is gone.
func TestEndsAreThoseOfThePlan(t *testing.T) {
	replaced := aPeer("peer-a")
	replaced.UID = "uid-other"
	for name, test := range map[string]struct {
		now     []runtime.Object
		refused string
	}{
		"as they were": {[]runtime.Object{aPeer("peer-a"), aPeer("peer-b")}, ""},
		"one more":     {[]runtime.Object{aPeer("peer-a"), aPeer("peer-b"), aPeer("peer-c")}, ""},
		"one gone":     {[]runtime.Object{aPeer("peer-a")}, "shop/peer-b"},
		"one replaced": {[]runtime.Object{replaced, aPeer("peer-b")}, "shop/peer-a"},
	} {
		t.Run(name, func(t *testing.T) {
			server, i := skewed(t, "done")
			f := aReaching(true)
			i.session.Typed = fake.NewClientset(append(test.now, aPod("web"))...)
			i.config = providertest.Decode(t, f.schema(), toPeers)
			i.ends = []providers.Target{podTarget("peer-a"), podTarget("peer-b")}
			err := f.inject(t.Context(), i)
			if test.refused != "" {
				require.ErrorContains(t, err, "the other ends are not those that the plan showed")
				require.ErrorContains(t, err, test.refused)
				require.ErrorContains(t, err, "plan again")
				assert.Nil(t, server.Get(skewAt), "nothing was asked for")
				return
			}
			require.NoError(t, err)
			spec, is := server.Get(skewAt)["spec"].(map[string]any)
			require.True(t, is)
			assert.Equal(t, []any{"peer-a", "peer-b"}, spec["ends"])
		})
	}
}

// TestEndsAreClaimed: another run must not act on them meanwhile, in whichever namespace they are.
func TestEndsAreClaimed(t *testing.T) {
	web, peer := podTarget("web"), providers.Target{Kind: "pod", Name: "bank/peer", UID: "uid-peer"}
	record := providers.Record{ID: "ONE", Targets: []providers.Target{web}}
	for name, test := range map[string]struct {
		ends recordedEnds
		want []claim.Target
	}{
		"none":     {recordedEnds{}, []claim.Target{claim.Target(web)}},
		"told of":  {recordedEnds{Targets: []providers.Target{peer}}, []claim.Target{claim.Target(web)}},
		"acted on": {recordedEnds{Targets: []providers.Target{peer, web}, Acts: true}, []claim.Target{claim.Target(web), claim.Target(peer)}},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(recorded{Ends: test.ends})
			require.NoError(t, err)
			var back recorded
			require.NoError(t, json.Unmarshal(text, &back))
			assert.Equal(t, test.want, back.claim(record).Targets)
		})
	}
	held := claim.Claim{Targets: []claim.Target{claim.Target(peer)}}
	assert.Equal(t, "pod/bank/peer", sharedWith(providers.FaultPlan{Targets: record.Targets, Ends: []providers.Target{peer}, AtEnds: true}, held))
	assert.Empty(t, sharedWith(providers.FaultPlan{Targets: record.Targets, Ends: []providers.Target{peer}}, held))
}

// TestEndsGoWithTheRecord: from the plan through the record into the claim and the object, across namespaces.
func TestEndsGoWithTheRecord(t *testing.T) {
	server, api := apitest.New(t)
	server.Admit(func(path string, o map[string]any) error {
		if path == skewAt {
			o["status"] = "done"
		}
		return nil
	})
	peer, other := aPeer("peer"), aPeer("other")
	other.Namespace = "bank"
	p := New()
	access := cluster.Access{}
	p.sessions.all = map[string]*session{access.Key(): sessionOn(api, aPod("web"), peer, other)}
	b := aReaching(true)
	f := &fault{behavior: b, provider: p}
	config := providertest.Decode(t, b.schema(), toPeers)
	ends := []providers.Target{{Kind: "pod", Name: "bank/other", UID: string(other.UID)}, podTarget("peer")}
	record, diags := f.Prepare(t.Context(), providers.PrepareRequest{
		ID: "ONE", Run: "run", Config: config, Environment: providers.EnvironmentState{Type: typeKubernetes, Up: true, Outputs: outputs(access)},
		Plan: providers.FaultPlan{Targets: []providers.Target{podTarget("web")}, Ends: ends, AtEnds: true}, Deadline: time.Now().Add(time.Minute),
	})
	require.Empty(t, diags)
	assert.Equal(t, []providers.Target{podTarget("web")}, record.Targets, "evidence is asked of these")
	require.NoError(t, f.Inject(t.Context(), providers.InjectRequest{Record: record, Config: config}))
	spec, is := server.Get(skewAt)["spec"].(map[string]any)
	require.True(t, is)
	assert.Equal(t, []any{"peer"}, spec["ends"])
	for _, namespace := range []string{"bank", "shop"} {
		held, err := claim.Store{API: api}.OfRun(t.Context(), "run", namespace)
		require.NoError(t, err)
		require.Len(t, held, 1, namespace)
	}
}

// TestRightsAreNeededAtTheEnds: where the fault acts at them, its claim stands in their namespaces, too.
func TestRightsAreNeededAtTheEnds(t *testing.T) {
	for name, acts := range map[string]bool{"acted on": true, "told of": false} {
		t.Run(name, func(t *testing.T) {
			plan := providers.FaultPlan{Targets: []providers.Target{podTarget("web")}, Ends: []providers.Target{{Kind: "pod", Name: "bank/peer", UID: "uid-peer"}}, AtEnds: acts}
			p := planning{session: sessionOn(undo.API{}, aPod("web")), world: worldOf(t, aPod("web")), plan: &plan}
			p.choice.Targets = plan.Targets
			client := fake.NewClientset()
			client.PrependReactor("create", "selfsubjectaccessreviews", func(action clienttesting.Action) (bool, runtime.Object, error) {
				return true, action.(clienttesting.CreateAction).GetObject(), nil // nothing is allowed
			})
			p.session.Typed = client
			f := &fault{behavior: aReaching(acts), provider: New()}
			require.Empty(t, f.permissions(t.Context(), &p))
			require.NotEmpty(t, plan.Permissions)
			at := slices.IndexFunc(plan.Permissions, func(p providers.Permission) bool { return strings.Contains(p.Action, "leases") })
			require.GreaterOrEqual(t, at, 0)
			assert.False(t, plan.Permissions[at].Held)
			assert.Equal(t, acts, strings.Contains(plan.Permissions[at].Detail, "-namespace bank"))
		})
	}
}
