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

// TestContested: of what a claim is extended with, that is another's which another run has
// claimed, and that alone.
func TestContested(t *testing.T) {
	pods := []claim.Target{{Kind: "pod", Name: "shop/b", UID: "uid of shop/b"}, {Kind: "pod", Name: "shop/c", UID: "uid of shop/c"}}
	const changed = "/api/v1/namespaces/shop/pods/b"
	for name, c := range map[string]struct {
		run   string
		meets func(s *apitest.Server)
		want  []claim.Target
		fails string
	}{
		"another run's":               {"other", func(*apitest.Server) {}, pods[:1], ""},
		"of the same run":             {"run", func(*apitest.Server) {}, nil, ""},
		"over":                        {"other", over, nil, ""},
		"over, and can't be undone":   {"other", func(s *apitest.Server) { over(s); s.Meet(refuse(http.MethodGet, changed)) }, pods[:1], "403"},
		"one that can't be read":      {"other", func(s *apitest.Server) { s.Edit(leases+"gameday-two", says("{")) }, pods, "kubectl delete lease"},
		"one of these that is over":   {"other", func(s *apitest.Server) { over(s); s.Edit(leases+"gameday-two", says("{")) }, nil, ""},
		"the claims can't be read":    {"other", func(s *apitest.Server) { s.Meet(refuse(http.MethodGet, leases[:len(leases)-1])) }, nil, "look for other runs' claims"},
		"its own claim is gone":       {"other", func(s *apitest.Server) { s.Drop(leases + "gameday-one") }, nil, claim.ErrReleased.Error()},
		"nobody's, the other is gone": {"other", func(s *apitest.Server) { s.Drop(leases + "gameday-two") }, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			server, api := apitest.New(t)
			store := claim.Store{API: api}
			server.Put(changed, map[string]any{"metadata": map[string]any{"uid": "b"}})
			require.NoError(t, store.Take(t.Context(), made("ONE", "run", "shop/a")))
			other := made("TWO", c.run, "shop/b")
			other.Steps = []undo.Step{{Kind: undo.Restore, Path: changed, UID: "b"}}
			require.NoError(t, store.Take(t.Context(), other))
			require.NoError(t, store.Extend(t.Context(), "ONE", "shop", pods, nil))
			c.meets(server)
			found, err := store.Contested(t.Context(), "ONE", "shop", pods)
			assert.Equal(t, c.want, found)
			if c.fails == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.fails)
		})
	}
}

// over has the other claim's deadline passed by its run's clock and by the cluster's.
func over(s *apitest.Server) {
	expire(s, "two")
	s.Edit(leases+"gameday-two", says(`{"id":"TWO","run":"other","targets":[{"kind":"pod","name":"shop/b","uid":"uid of shop/b"}],"steps":[{"kind":"restore","path":"/api/v1/namespaces/shop/pods/b","uid":"b"}]}`))
}

func says(text string) func(map[string]any) {
	return func(o map[string]any) {
		o["metadata"].(map[string]any)["annotations"] = map[string]any{claim.Annotation: text}
	}
}

// TestWithdrawn: what is taken out is anybody's again, and the rest stays.
func TestWithdrawn(t *testing.T) {
	_, api := apitest.New(t)
	store := claim.Store{API: api}
	c := made("ONE", "run", "shop/a")
	c.Steps = []undo.Step{{Kind: undo.Restore, Path: "/api/v1/namespaces/shop/pods/a"}}
	require.NoError(t, store.Take(t.Context(), c))
	targets := []claim.Target{{Kind: "pod", Name: "shop/b", UID: "uid of shop/b"}}
	steps := []undo.Step{{Kind: undo.Restore, Path: "/api/v1/namespaces/shop/pods/b"}}
	require.NoError(t, store.Extend(t.Context(), "ONE", "shop", targets, steps))
	for range 2 {
		require.NoError(t, store.Withdraw(t.Context(), "ONE", "shop", targets, steps))
	}
	held, err := store.List(t.Context(), "shop")
	require.NoError(t, err)
	require.Len(t, held, 1)
	assert.Equal(t, c.Targets, held[0].Claim.Targets)
	assert.Equal(t, c.Steps, held[0].Claim.Steps)
	require.NoError(t, store.Take(t.Context(), made("TWO", "other", "shop/b")))
	require.NoError(t, store.Release(t.Context(), c))
	require.ErrorIs(t, store.Withdraw(t.Context(), "ONE", "shop", targets, steps), claim.ErrReleased)
}
