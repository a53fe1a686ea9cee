package kubernetes

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// harm is a fault of every kind of step: it changes two objects in two namespaces, and
// adds one that is in none.
type harm struct {
	noChecks
	settlesAtOnce
}

const (
	harmedOne = "/apis/apps/v1/namespaces/bank/statefulsets/db"
	harmedTwo = "/api/v1/namespaces/shop/configmaps/settings"
	harmAdds  = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/harm"
)

func (harm) typeName() string                                     { return "kubernetes_harm" }
func (harm) kind() target.Kind                                    { return target.Workload }
func (harm) schema() *schema.Block                                { return &schema.Block{Description: "Harms."} }
func (harm) rules() []providers.AccessRule                        { return nil }
func (harm) plan(context.Context, planning) providers.Diagnostics { return nil }
func (harm) intend(context.Context, preparation) (intent, error)  { return intent{}, nil }
func (harm) observe(context.Context, look) ([]finding, error) {
	return []finding{{state: providers.Active}}, nil
}

func (harm) inject(ctx context.Context, i injection) error {
	api := i.session.API
	if err := api.Change(ctx, i.record.ID, i.steps[0], []undo.Edit{{Pointer: "/spec/replicas", To: 0}, {Pointer: "/spec/strategy/max", To: 1}}); err != nil {
		return err
	}
	if err := api.Change(ctx, i.record.ID, i.steps[1], []undo.Edit{{Pointer: "/data/key"}}); err != nil {
		return err
	}
	collection := harmAdds[:strings.LastIndex(harmAdds, "/")]
	return api.Add(ctx, i.record.Run, i.record.ID, collection, i.steps[2], map[string]any{"metadata": map[string]any{"name": "harm"}})
}

// crash is a cluster in memory with a fault on it.
type crash struct {
	*apitest.Server
	api    undo.API
	record providers.Record
	before map[string]map[string]any
}

func newCrash(t *testing.T, lives time.Duration) *crash {
	t.Helper()
	server, api := apitest.New(t)
	server.Put(harmedOne, map[string]any{"spec": map[string]any{"replicas": 3}})
	server.Put(harmedTwo, map[string]any{"data": map[string]any{"key": "value"}})
	data, err := json.Marshal(recorded{Steps: []undo.Step{
		{Kind: undo.Restore, Path: harmedOne}, {Kind: undo.Restore, Path: harmedTwo}, {Kind: undo.Remove, Path: harmAdds},
	}})
	require.NoError(t, err)
	c := &crash{Server: server, api: api, before: map[string]map[string]any{}}
	c.record = providers.Record{
		ID: "01HARM", Run: "run", Address: "experiment.x.fault.y", Type: "kubernetes_harm", Version: recordVersion, Undo: data,
		Targets:  []providers.Target{{Kind: "statefulset", Name: "bank/db", UID: "a"}, {Kind: "configmap", Name: "shop/settings", UID: "b"}},
		Deadline: time.Now().Add(lives),
	}
	c.before = c.picture()
	return c
}

// fault is one of a process that has just begun.
func (c *crash) fault() *fault {
	p := New()
	access := cluster.Access{}
	p.sessions.all = map[string]*session{access.Key(): newSession(&cluster.Cluster{Access: access, API: c.api})}
	return &fault{behavior: harm{}, provider: p}
}

func (c *crash) picture() map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, path := range c.Paths() {
		o := c.Get(path)
		delete(o["metadata"].(map[string]any), "resourceVersion")
		out[path] = o
	}
	return out
}

func (c *crash) inject(ctx context.Context) error {
	return c.fault().Inject(ctx, providers.InjectRequest{Record: c.record})
}

// asBefore compares every object, field by field.
func (c *crash) asBefore(t *testing.T, how string, kill int) {
	t.Helper()
	require.Empty(t, cmp.Diff(c.before, c.picture()), "%s, killed at request %d (- before, + now)", how, kill)
}

// ways are all who bring everything back, each alone.
func (c *crash) ways(t *testing.T) map[string]func() {
	t.Helper()
	return map[string]func(){
		"revert from the record": func() { require.NoError(t, c.fault().Revert(t.Context(), c.record)) },
		"undo of the claims, each namespace alone": func() {
			for _, ns := range []string{"bank", "shop"} {
				held, err := claim.Store{API: c.api}.OfRun(t.Context(), "run", ns)
				require.NoError(t, err)
				for _, h := range held {
					require.NoError(t, claim.Store{API: c.api}.Undo(t.Context(), h))
				}
			}
		},
		"the next run that wants one of them, then the reaper of the other": func() {
			for _, ns := range []string{"shop", "bank"} {
				held, err := claim.Store{API: c.api}.OfRun(t.Context(), "run", ns)
				require.NoError(t, err)
				for range 2 { // who comes late finds it done
					for _, h := range held {
						require.NoError(t, claim.Store{API: c.api}.Undo(t.Context(), h))
					}
				}
			}
		},
	}
}

// TestKilledBetweenAnyTwoRequests: the runner is killed before its n-th request, on the
// way in and on the way back, for every n. Whoever comes then brings all back.
func TestKilledBetweenAnyTwoRequests(t *testing.T) {
	way := newCrash(t, time.Minute)
	require.NoError(t, way.inject(t.Context()))
	in := len(way.Requests())
	require.NoError(t, way.fault().Revert(t.Context(), way.record))
	total := len(way.Requests())
	way.asBefore(t, "nobody killed it", 0)
	require.Greater(t, in, 10)
	for how := range way.ways(t) {
		for kill := range total + 1 {
			c := newCrash(t, time.Minute)
			var seen atomic.Int64
			ctx, end := context.WithCancel(t.Context())
			c.Meet(func(string, string) int {
				if seen.Add(1) > int64(kill) {
					end()
					return http.StatusBadGateway
				}
				return 0
			})
			if c.inject(ctx) == nil {
				_ = c.fault().Revert(ctx, c.record)
			}
			end()
			c.Meet(nil)
			c.ways(t)[how]()
			c.asBefore(t, how, kill)
			seenNow, err := c.fault().Observe(t.Context(), c.record)
			require.NoError(t, err)
			require.Equal(t, providers.Absent, seenNow.State)
		}
	}
	t.Logf("%d requests to inject, %d to revert", in, total-in)
}

// TestTooLate: nothing is done when the deadline has passed, or comes while it is done.
func TestTooLate(t *testing.T) {
	c := newCrash(t, -time.Second)
	require.ErrorIs(t, c.inject(t.Context()), errLate)
	assert.Empty(t, c.Requests(), "the cluster is not even asked")

	c = newCrash(t, time.Second)
	c.Meet(func(method, path string) int {
		if method == http.MethodPatch && path == harmedTwo {
			<-time.After(time.Until(c.record.Deadline))
		}
		return 0
	})
	require.ErrorIs(t, c.inject(t.Context()), errLate)
	require.NoError(t, c.fault().Revert(t.Context(), c.record)) // as the engine does
	c.asBefore(t, "the engine's revert", 0)
}

// TestUndoneWhileInjected: the reaper undoes and gives free while a slow runner still
// injects. What the runner did since is undone by itself.
func TestUndoneWhileInjected(t *testing.T) {
	for _, at := range []string{http.MethodPatch + harmedOne, http.MethodPatch + harmedTwo, http.MethodPost + harmAdds[:strings.LastIndex(harmAdds, "/")]} {
		t.Run(at, func(t *testing.T) {
			c := newCrash(t, time.Minute)
			done := false
			c.Meet(func(method, path string) int {
				if method+path == at && !done {
					done = true
					for _, undoClaims := range []string{"undo of the claims, each namespace alone"} {
						c.ways(t)[undoClaims]()
					}
				}
				return 0
			})
			require.ErrorIs(t, c.inject(t.Context()), errUnclaimed)
			c.asBefore(t, "by itself", 0)
		})
	}
}

// TestHeldByAnother: a fault whose targets another run holds does nothing.
func TestHeldByAnother(t *testing.T) {
	c := newCrash(t, time.Minute)
	other := claim.Claim{ID: "other", Run: "another", Targets: []claim.Target{{Kind: "configmap", Name: "shop/settings", UID: "b"}}, Deadline: time.Now().Add(time.Minute)}
	require.NoError(t, claim.Store{API: c.api}.Take(t.Context(), other))
	before := c.picture()
	var held *claim.HeldError
	require.ErrorAs(t, c.inject(t.Context()), &held)
	require.Empty(t, cmp.Diff(before, c.picture()))
	o, err := c.fault().Observe(t.Context(), c.record)
	require.NoError(t, err)
	assert.Equal(t, providers.Absent, o.State, "%+v", o)
}
