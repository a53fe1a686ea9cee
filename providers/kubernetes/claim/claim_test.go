package claim_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const leases = "/apis/coordination.k8s.io/v1/namespaces/shop/leases/"

func made(id, run string, targets ...string) claim.Claim {
	c := claim.Claim{ID: id, Run: run, Address: "experiment.x.fault." + id, Type: "kubernetes_scale", Deadline: time.Now().Add(time.Minute)}
	for _, name := range targets {
		kind := "pod"
		if !strings.Contains(name, "/") {
			kind = "node"
		}
		c.Targets = append(c.Targets, claim.Target{Kind: kind, Name: name, UID: "uid of " + name})
	}
	return c
}

func TestTakenReadAndReleased(t *testing.T) {
	server, api := apitest.New(t)
	store := claim.Store{API: api}
	c := made("ONE", "run", "shop/a", "bank/b", "worker-1")
	c.Steps = []undo.Step{
		{Kind: undo.Restore, Path: "/api/v1/namespaces/shop/pods/a"},
		{Kind: undo.Restore, Path: "/api/v1/namespaces/bank/pods/b"},
		{Kind: undo.Remove, Path: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/x"},
	}
	c.Nodes = []claim.NodeStep{{Node: "worker-1", Action: "pause"}}
	for range 2 {
		require.NoError(t, store.Take(t.Context(), c))
	}
	assert.Equal(t, []string{"bank", claim.ClusterNamespace, "shop"}, c.Namespaces())
	assert.Len(t, server.Paths(), 3, "each namespace has its part")
	all, some, err := store.Stands(t.Context(), c)
	require.NoError(t, err)
	assert.True(t, all && some)

	held, err := store.List(t.Context(), "shop")
	require.NoError(t, err)
	require.Len(t, held, 2, "what is claimed in the cluster as a whole is seen from everywhere")
	shop := c
	shop.Targets, shop.Steps, shop.Nodes = c.Targets[:1], []undo.Step{c.Steps[0], c.Steps[2]}, nil
	assert.Empty(t, cmp.Diff(shop, held[0].Claim, cmpopts.EquateApproxTime(time.Second)))
	assert.WithinDuration(t, c.Deadline, held[0].Expires, 3*time.Second)

	server.Drop(claim.Path("shop", "ONE"))
	all, some, err = store.Stands(t.Context(), c)
	require.NoError(t, err)
	assert.True(t, !all && some)
	for range 2 {
		require.NoError(t, store.Release(t.Context(), c))
	}
	assert.Empty(t, server.Paths())
}

func TestAroundAFence(t *testing.T) {
	fence := make([]string, 1, 8) // with room for what must not be written there
	fence[0] = "shop"
	assert.Equal(t, []string{"shop", "default"}, claim.Around(fence))
	assert.Equal(t, []string{"default"}, claim.Around([]string{"default"}))
	assert.Empty(t, claim.Around(nil), "all of them")
}

func TestHeld(t *testing.T) {
	cases := map[string]struct {
		holder, other claim.Claim
		what          string
	}{
		"one target":                    {made("a", "one", "shop/a"), made("b", "two", "shop/a"), "pod/shop/a"},
		"one of many, other namespace":  {made("a", "one", "bank/x", "shop/a"), made("b", "two", "shop/a"), "pod/shop/a"},
		"a node":                        {made("a", "one", "worker"), made("b", "two", "worker"), "node/worker"},
		"other targets":                 {made("a", "one", "shop/a"), made("b", "two", "shop/b"), ""},
		"the same run":                  {made("a", "one", "shop/a"), made("b", "one", "shop/a"), ""},
		"same name, another generation": {made("a", "one", "shop/a"), func() claim.Claim { c := made("b", "two", "shop/a"); c.Targets[0].UID = "new"; return c }(), ""},
		"a lock": {
			func() claim.Claim { c := made("a", "one", "shop/a"); c.Locks = []string{"quota/shop"}; return c }(),
			func() claim.Claim { c := made("b", "two", "shop/b"); c.Locks = []string{"quota/shop"}; return c }(), "quota/shop",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server, api := apitest.New(t)
			store := claim.Store{API: api}
			require.NoError(t, store.Take(t.Context(), c.holder))
			before := server.Paths()
			err := store.Take(t.Context(), c.other)
			if c.what == "" {
				require.NoError(t, err)
				return
			}
			var held *claim.HeldError
			require.ErrorAs(t, err, &held)
			assert.Equal(t, c.what, held.What)
			assert.Equal(t, "one", held.Claim.Run)
			assert.ErrorContains(t, err, "gameday sweep -alive -run one")
			assert.Equal(t, before, server.Paths(), "who is refused leaves nothing")
			require.NoError(t, store.Take(t.Context(), c.holder), "the holder holds it still")
		})
	}
}

// TestExpiredHolderIsUndoneFirst: its fault is gone before its targets are taken.
func TestExpiredHolderIsUndoneFirst(t *testing.T) {
	const path = "/apis/apps/v1/namespaces/shop/statefulsets/db"
	server, api := apitest.New(t)
	store := claim.Store{API: api}
	server.Put(path, map[string]any{"spec": map[string]any{"replicas": 3}})
	step := undo.Step{Kind: undo.Restore, Path: path}
	old := made("old", "dead", "shop/db")
	old.Steps, old.Deadline = []undo.Step{step}, time.Now().Add(-2*time.Second)
	require.NoError(t, store.Take(t.Context(), old))
	expire(server, "old")
	require.NoError(t, api.Change(t.Context(), "old", step, []undo.Edit{{Pointer: "/spec/replicas", To: 0}}))

	server.Meet(refuse(http.MethodPatch, path))
	err := store.Take(t.Context(), made("new", "two", "shop/db"))
	require.ErrorContains(t, err, "take over from run dead")
	assert.NotContains(t, server.Paths(), leases+"gameday-new")
	assert.Contains(t, server.Paths(), leases+"gameday-old", "what could not be undone stays claimed")

	server.Meet(nil)
	require.NoError(t, store.Take(t.Context(), made("new", "two", "shop/db")))
	assert.Equal(t, map[string]any{"replicas": 3.0}, server.Get(path)["spec"])
	assert.NotContains(t, server.Paths(), leases+"gameday-old")
}

// expire makes a lease one of long ago, by the cluster's clock.
func expire(server *apitest.Server, id string) {
	server.Edit(leases+"gameday-"+id, func(o map[string]any) {
		o["metadata"].(map[string]any)["creationTimestamp"] = time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	})
}

func refuse(method, path string) func(string, string) int {
	return func(m, p string) int {
		if m == method && p == path {
			return http.StatusForbidden
		}
		return 0
	}
}

// TestClocksDiffer: a holder whose clock is behind is not over before the cluster's
// clock says so, too, and none is where nobody knows what time it is there.
func TestClocksDiffer(t *testing.T) {
	now := time.Now()
	assert.False(t, claim.Held{Claim: claim.Claim{Deadline: now.Add(-time.Minute)}, Expires: now.Add(-time.Minute)}.Over(time.Time{}))
	assert.False(t, claim.Held{Claim: claim.Claim{Deadline: now.Add(-time.Minute)}, Expires: now.Add(time.Minute)}.Over(now))
	assert.False(t, claim.Held{Claim: claim.Claim{Deadline: now.Add(time.Minute)}, Expires: now.Add(-time.Minute)}.Over(now))
	assert.True(t, claim.Held{Claim: claim.Claim{Deadline: now.Add(-time.Minute)}, Expires: now.Add(-time.Minute)}.Over(now))
}

// TestTheReadersClockDecidesNothing: the cluster's is ahead of the test's or behind it, which
// takes targets and reads what others hold.
func TestTheReadersClockDecidesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		reader time.Duration // ahead of the cluster and of the holder
		passed time.Duration // since the holder claimed for a minute
		over   bool
	}{
		"alive":                     {0, 10 * time.Second, false},
		"alive, the reader ahead":   {time.Hour, 10 * time.Second, false},
		"alive, the reader behind":  {-time.Hour, 10 * time.Second, false},
		"over, the reader behind":   {-time.Hour, 2 * time.Minute, true},
		"over, the reader is ahead": {time.Hour, 2 * time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			server, api := apitest.New(t)
			store := claim.Store{API: api}
			server.Ahead(-c.reader)
			holder := made("holder", "one", "shop/a")
			holder.Deadline = time.Now().Add(time.Minute)
			require.NoError(t, store.Take(t.Context(), holder))
			server.Edit(leases+"gameday-holder", func(o map[string]any) { // as its own clock is that of the cluster
				holder.Deadline = holder.Deadline.Add(-c.reader)
				text, err := undo.Pack(holder)
				assert.NoError(t, err)
				o["metadata"].(map[string]any)["annotations"] = map[string]any{claim.Annotation: text}
			})
			server.Put(leases+"gameday-newer", map[string]any{ // of which nobody can say what it holds
				"metadata": map[string]any{
					"name": "gameday-newer", "namespace": "shop", "labels": map[string]any{claim.Label: "true"}, "uid": "u",
					"creationTimestamp": time.Now().Add(-c.reader).UTC().Format(time.RFC3339),
				},
				"spec": map[string]any{"leaseDurationSeconds": 60},
			})
			server.Ahead(c.passed - c.reader)

			held, err := store.List(t.Context(), "shop")
			require.NoError(t, err)
			require.Len(t, held, 2)
			for _, h := range held {
				if h.Broken == nil {
					assert.Equal(t, c.over, h.Over(h.Read))
				} else {
					assert.Equal(t, !c.over, h.Covers("newer"))
				}
			}
			require.Equal(t, c.over, store.Take(t.Context(), made("other", "two", "shop/b")) == nil, "beside what cannot be read")
			server.Drop(leases + "gameday-newer")
			require.Equal(t, c.over, store.Take(t.Context(), made("next", "two", "shop/a")) == nil)
			assert.Equal(t, c.over, server.Get(leases+"gameday-holder") == nil)
		})
	}
}

// TestNodesNeedWhoReachesThem: without, the claim stays.
func TestNodesNeedWhoReachesThem(t *testing.T) {
	server, api := apitest.New(t)
	c := made("a", "one", "worker")
	c.Nodes = []claim.NodeStep{{Node: "worker", Action: "pause"}}
	store := claim.Store{API: api}
	require.NoError(t, store.Take(t.Context(), c))
	held, err := store.List(t.Context())
	require.NoError(t, err)
	require.ErrorIs(t, store.Undo(t.Context(), held[0]), claim.ErrNodes)
	assert.Len(t, server.Paths(), 1)
	var undone []string
	store.UndoNode = func(_ context.Context, id string, step claim.NodeStep) error {
		undone = append(undone, id+" "+step.Node)
		return nil
	}
	require.NoError(t, store.Undo(t.Context(), held[0]))
	assert.Equal(t, []string{"a worker"}, undone)
	assert.Empty(t, server.Paths())
}

// TestPodsEndByTheClusterClock: who undoes what an agent does must not take it for over as its own clock is ahead.
func TestPodsEndByTheClusterClock(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"alike": 0, "the reader is ahead": time.Hour, "the reader is behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			server, api := apitest.New(t)
			server.Ahead(-ahead)
			c := made("a", "one", "shop/a")
			c.Pods, c.Deadline = []claim.PodStep{{Namespace: "shop", Pod: "a"}}, time.Now().Add(time.Minute)
			store := claim.Store{API: api}
			require.NoError(t, store.Take(t.Context(), c))
			held, err := store.List(t.Context(), "shop")
			require.NoError(t, err)
			held[0].Claim.Deadline = c.Deadline.Add(-ahead) // as a holder writes it whose clock is that of the cluster
			var deadline time.Time
			store.UndoPod = func(_ context.Context, _ string, _ claim.PodStep, by time.Time) error {
				deadline = by
				return nil
			}
			require.NoError(t, store.Undo(t.Context(), held[0]))
			assert.WithinDuration(t, c.Deadline, deadline, 4*time.Second, "a minute from now")
		})
	}
}

func TestGarbage(t *testing.T) {
	server, api := apitest.New(t)
	store := claim.Store{API: api}
	require.NoError(t, store.Take(t.Context(), made("good", "one", "shop/a")))
	for name, annotation := range map[string]any{"none": nil, "text": "no JSON", "list": "[1]", "packed": "gzip:AAAA", "stolen": `{"id":"good"}`} {
		server.Put(leases+name, map[string]any{"metadata": map[string]any{
			"name": name, "namespace": "shop", "labels": map[string]any{claim.Label: "true"}, "annotations": map[string]any{claim.Annotation: annotation},
		}})
	}
	held, err := store.List(t.Context(), "shop")
	require.NoError(t, err)
	broken := 0
	for _, h := range held {
		if h.Broken != nil {
			broken++
			assert.ErrorContains(t, h.Broken, "shop/"+h.Name)
			assert.ErrorIs(t, store.Undo(t.Context(), h), h.Broken)
		}
	}
	assert.Equal(t, 5, broken)
	assert.Len(t, held, 6)
	require.NoError(t, store.Take(t.Context(), made("next", "two", "shop/b")), "what has no time to live holds nobody up")

	server.Edit(leases+"text", func(o map[string]any) { o["spec"] = map[string]any{"leaseDurationSeconds": 60} })
	err = store.Take(t.Context(), made("third", "three", "shop/c"))
	require.ErrorContains(t, err, "kubectl delete lease -n shop text")
	assert.NotContains(t, server.Paths(), leases+"gameday-third")
}

// TestManyTargets: a claim on 1,000 changed pods has room in a Lease, one on a
// million has not and says so.
func TestManyTargets(t *testing.T) {
	server, api := apitest.New(t)
	store := claim.Store{API: api}
	c := made("many", "one")
	for i := range 1000 {
		name := fmt.Sprintf("payments-%08x-%05x", i*2654435761, i*40503)
		uid := fmt.Sprintf("%08x-%04x-4%03x-9%03x-%012x", i*2246822519%(1<<32), i*31%(1<<16), i*7%(1<<12), i*13%(1<<12), i*3266489917)
		c.Targets = append(c.Targets, claim.Target{Kind: "pod", Name: "shop/" + name, UID: uid, Owner: "deployment/payments"})
		c.Steps = append(c.Steps, undo.Step{Kind: undo.Restore, Path: "/api/v1/namespaces/shop/pods/" + name, UID: uid})
	}
	require.NoError(t, store.Take(t.Context(), c))
	held, err := store.List(t.Context(), "shop")
	require.NoError(t, err)
	require.NoError(t, held[0].Broken)
	assert.Len(t, held[0].Claim.Steps, 1000)
	text := server.Get(leases + "gameday-many")["metadata"].(map[string]any)["annotations"].(map[string]any)[claim.Annotation]
	t.Logf("1,000 changed pods take %d bytes", len(text.(string)))

	for range 6 {
		c.Targets = append(c.Targets, c.Targets...)
	}
	for i := range c.Targets {
		c.Targets[i].UID = fmt.Sprintf("%x", i*i*2654435761)
	}
	c.ID = "too-many"
	require.ErrorContains(t, store.Take(t.Context(), c), "choose fewer targets")
}

// TestRace: of any number of runs that want one thing at once, exactly one gets it.
func TestRace(t *testing.T) {
	_, api := apitest.New(t)
	race(t, api, "shop", 16)
}

func race(t *testing.T, api undo.API, namespace string, runs int) {
	t.Helper()
	store := claim.Store{API: api}
	for round := range 5 {
		var holders, refused atomic.Int64
		var all sync.WaitGroup
		for i := range runs {
			all.Go(func() {
				c := made(fmt.Sprintf("r%d-%d", round, i), fmt.Sprintf("run-%d", i), namespace+"/wanted")
				err := store.Take(t.Context(), c)
				var held *claim.HeldError
				switch {
				case err == nil:
					holders.Add(1)
				case errors.As(err, &held):
					refused.Add(1)
				default:
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
		assert.EqualValues(t, 1, holders.Load(), "round %d", round)
		assert.EqualValues(t, runs-1, refused.Load())
		held, err := store.List(t.Context(), namespace)
		require.NoError(t, err)
		held = slices.DeleteFunc(held, func(h claim.Held) bool { return h.Namespace != namespace }) // others' claims on nodes
		require.Len(t, held, 1)
		require.NoError(t, store.Release(t.Context(), held[0].Claim))
	}
}

// TestExtended: what is added is locked and undone like the rest, and stays once.
func TestExtended(t *testing.T) {
	server, api := apitest.New(t)
	store := claim.Store{API: api}
	c := made("ONE", "run", "shop/a")
	require.NoError(t, store.Take(t.Context(), c))
	targets := []claim.Target{{Kind: "pod", Name: "shop/b", UID: "uid of shop/b"}}
	steps := []undo.Step{{Kind: undo.Restore, Path: "/api/v1/namespaces/shop/pods/b", UID: "uid of shop/b"}}
	raced := false
	server.Meet(func(method, _ string) int { // somebody else writes first
		if method == http.MethodPatch && !raced {
			raced = true
			return http.StatusConflict
		}
		return 0
	})
	for range 2 {
		require.NoError(t, store.Extend(t.Context(), c.ID, "shop", targets, steps))
	}
	assert.True(t, raced)
	whole, err := store.Whole(t.Context(), c)
	require.NoError(t, err)
	assert.Equal(t, append(c.Targets, targets...), whole.Targets)
	assert.Equal(t, steps, whole.Steps)
	assert.Len(t, c.Targets, 1, "what it was made of is as it was")
	var held *claim.HeldError
	require.ErrorAs(t, store.Take(t.Context(), made("TWO", "other", "shop/b")), &held)
	assert.Equal(t, "pod/shop/b", held.What)

	require.NoError(t, store.Release(t.Context(), c))
	require.ErrorIs(t, store.Extend(t.Context(), c.ID, "shop", targets, steps), claim.ErrReleased)
	whole, err = store.Whole(t.Context(), c)
	require.NoError(t, err)
	assert.Equal(t, c.Targets, whole.Targets)
}
