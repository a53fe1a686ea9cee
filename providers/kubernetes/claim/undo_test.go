package claim_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const huntedPod = "/api/v1/namespaces/shop/pods/b"

// growing is a claim in a cluster, as it was listed, to which a hunt adds a pod.
type growing struct {
	*apitest.Server
	*testing.T
	store claim.Store
	held  claim.Held
}

func newGrowing(t *testing.T) growing {
	t.Helper()
	server, api := apitest.New(t)
	server.Put(huntedPod, map[string]any{"metadata": map[string]any{"uid": "b"}, "spec": map[string]any{"image": "own"}})
	g := growing{Server: server, T: t, store: claim.Store{API: api}}
	require.NoError(t, g.store.Take(t.Context(), made("ONE", "run", "shop/a")))
	held, err := g.store.List(t.Context(), "shop")
	require.NoError(t, err)
	g.held = held[0]
	return g
}

// hunt does to a pod what dynamic_targets does: first the claim, then the pod.
func (g growing) hunt() {
	step := undo.Step{Kind: undo.Restore, Path: huntedPod, UID: "b"}
	target := claim.Target{Kind: "pod", Name: "shop/b", UID: "b"}
	assert.NoError(g, g.store.Extend(g.Context(), "ONE", "shop", []claim.Target{target}, []undo.Step{step}))
	assert.NoError(g, g.store.API.Change(g.Context(), "ONE", step, []undo.Edit{{Pointer: "/spec/image", To: "pause"}}))
}

// atDeletion calls do before the claim is deleted, so many times.
func (g growing) atDeletion(times int, do func()) {
	g.Meet(func(method, path string) int {
		if method == http.MethodDelete && path == leases+"gameday-one" && times > 0 {
			times--
			do()
		}
		return 0
	})
}

// TestWhatIsAddedIsUndoneToo: a claim never goes with a step that was not undone, however
// late it was added.
func TestWhatIsAddedIsUndoneToo(t *testing.T) {
	for name, adds := range map[string]func(g growing){
		"after the claim was read":    func(g growing) { g.hunt() },
		"before the claim is removed": func(g growing) { g.atDeletion(1, g.hunt) },
	} {
		t.Run(name, func(t *testing.T) {
			g := newGrowing(t)
			adds(g)
			require.NoError(t, g.store.Undo(t.Context(), g.held))
			assert.Equal(t, []string{huntedPod}, g.Paths(), "the claim is gone")
			assert.Equal(t, map[string]any{"image": "own"}, g.Get(huntedPod)["spec"])
			require.NoError(t, g.store.Undo(t.Context(), g.held), "twice is fine")
		})
	}
}

// TestAClaimThatIsAnotherByNow: what becomes of it, and of its Lease.
func TestAClaimThatIsAnotherByNow(t *testing.T) {
	annotated := func(g growing, text string) {
		g.Edit(leases+"gameday-one", func(o map[string]any) {
			o["metadata"].(map[string]any)["annotations"] = map[string]any{claim.Annotation: text}
		})
	}
	for name, c := range map[string]struct {
		becomes func(g growing)
		fails   string
		stays   bool
	}{
		"gone":            {func(g growing) { g.Drop(leases + "gameday-one") }, "", false},
		"another fault's": {func(g growing) { annotated(g, `{"id":"One"}`) }, "", true},
		"no claim":        {func(g growing) { annotated(g, "{") }, "is none", true},
		"written to":      {func(g growing) { annotated(g, `{"id":"ONE"}`) }, "", false},
		"written to, ever again": {func(g growing) {
			g.atDeletion(100, func() { annotated(g, `{"id":"ONE"}`) })
		}, "others keep writing", true},
		"kept": {func(g growing) {
			g.Edit(leases+"gameday-one", func(o map[string]any) { o["metadata"].(map[string]any)["finalizers"] = []any{"x/y"} })
		}, undo.ErrKept.Error(), true},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGrowing(t)
			c.becomes(g)
			err := g.store.Undo(t.Context(), g.held)
			if c.fails == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.fails)
			}
			assert.Equal(t, c.stays, g.Get(leases+"gameday-one") != nil)
		})
	}
}
