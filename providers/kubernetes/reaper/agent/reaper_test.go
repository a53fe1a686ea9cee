package agent

import (
	"context"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	workload  = "/apis/apps/v1/namespaces/shop/statefulsets/db"
	accountAt = "/api/v1/namespaces/shop/serviceaccounts/gameday-reaper-1"
	roleAt    = "/apis/rbac.authorization.k8s.io/v1/clusterroles/gameday-reaper-1-abc"
)

// stage is a cluster with a workload, a reaper's account, and a reaper whose clock the
// test turns.
type stage struct {
	*apitest.Server
	reaper *Reaper
	api    undo.API
	now    time.Time
}

func newStage(t *testing.T) *stage {
	t.Helper()
	server, api := apitest.New(t)
	now := time.Now()
	server.Put(workload, map[string]any{"spec": map[string]any{"replicas": 3}})
	server.Put(accountAt, map[string]any{"metadata": map[string]any{"name": "gameday-reaper-1", "annotations": map[string]any{
		mark.WantedKey: mark.Wanted(now, time.Minute), mark.ClusterRolePrefix + "abc": "gameday-reaper-1-abc",
	}}})
	server.Put(roleAt, map[string]any{})
	return &stage{server, &Reaper{
		Store: claim.Store{API: api}, RunID: "run", Namespace: "shop", Name: "gameday-reaper-1", Log: slog.New(slog.DiscardHandler),
		Every: time.Millisecond, Settle: time.Second, tries: map[string]try{}, again: map[string]second{},
	}, api, now}
}

// inject does what a runner does: claims, and changes the workload.
func (s *stage) inject(t *testing.T, lives time.Duration) undo.Step {
	t.Helper()
	const id = "one"
	step := undo.Step{Kind: undo.Restore, Path: workload}
	require.NoError(t, s.reaper.Store.Take(t.Context(), claim.Claim{
		ID: id, Run: "run", Address: "experiment.x.fault." + id, Targets: []claim.Target{{Kind: "statefulset", Name: "shop/db", UID: "u"}},
		Deadline: time.Now().Add(lives), Steps: []undo.Step{step},
	}))
	require.NoError(t, s.api.Change(t.Context(), id, step, []undo.Edit{{Pointer: "/spec/replicas", To: 0}}))
	return step
}

// look is one look of the reaper, by both clocks so much later.
func (s *stage) look(t *testing.T, after time.Duration) bool {
	t.Helper()
	s.Ahead(after)
	gone, err := s.reaper.look(t.Context(), s.now.Add(after))
	require.NoError(t, err)
	return gone
}

func (s *stage) said(key string) any { return annotationsOf(s.Get(accountAt))[key] }

func (s *stage) want(wanted string) {
	s.Edit(accountAt, func(o map[string]any) { annotationsOf(o)[mark.WantedKey] = wanted })
}

func (s *stage) replicas() any { return s.Get(workload)["spec"].(map[string]any)["replicas"] }

func TestUndoesAtTheDeadlineAndGoes(t *testing.T) {
	s := newStage(t)
	s.inject(t, 30*time.Second)
	assert.False(t, s.look(t, 0))
	assert.Equal(t, s.said(mark.WantedKey), s.said(mark.WatchingKey))
	assert.False(t, s.look(t, 29*time.Second))
	assert.Equal(t, 0.0, s.replicas(), "its time is not over")
	assert.False(t, s.look(t, 34*time.Second))
	assert.Equal(t, 3.0, s.replicas())
	assert.NotContains(t, s.Paths(), claim.Path("shop", "one"))
	assert.False(t, s.look(t, 50*time.Second), "it stays for the next fault of its run")
	assert.True(t, s.look(t, 2*time.Minute))
	assert.Equal(t, []string{workload}, s.Paths(), "it removes itself: its cluster role, and the account that owns the rest")
	assert.True(t, s.look(t, 3*time.Minute), "a reaper whose account is gone has nothing to do")
}

// TestTheClusterSaysWhatTimeItIs: whatever the clock of the reaper's node says. Only a
// cluster that does not say it is measured by that.
func TestTheClusterSaysWhatTimeItIs(t *testing.T) {
	for name, c := range map[string]struct {
		cluster, node time.Duration // later than the claim was made
		undated       bool
		undone        bool
	}{
		"at the deadline":                              {40 * time.Second, 40 * time.Second, false, true},
		"at the deadline, the node is behind":          {40 * time.Second, -10 * time.Minute, false, true},
		"before the deadline, the node is ahead":       {10 * time.Second, 10 * time.Minute, false, false},
		"before the deadline, nobody says":             {10 * time.Second, 10 * time.Second, true, false},
		"at the deadline, nobody says":                 {40 * time.Second, 40 * time.Second, true, true},
		"in the second of the deadline, for late ones": {30 * time.Second, 30 * time.Second, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.inject(t, 30*time.Second)
			s.Ahead(c.cluster)
			if c.undated {
				s.Undated()
			}
			_, err := s.reaper.look(t.Context(), s.now.Add(c.node))
			require.NoError(t, err)
			assert.Equal(t, map[bool]float64{true: 3, false: 0}[c.undone], s.replicas())
			assert.Equal(t, !c.undone, s.Get(claim.Path("shop", "one")) != nil)
		})
	}
}

// TestSlowRunner changes the target after the undo and before its claim is gone.
func TestSlowRunner(t *testing.T) {
	s := newStage(t)
	step := s.inject(t, time.Second)
	s.Meet(func(method, path string) int {
		if method == http.MethodDelete && path == claim.Path("shop", "one") {
			assert.NoError(t, s.api.Change(t.Context(), "one", step, []undo.Edit{{Pointer: "/spec/replicas", To: 0}}))
		}
		return 0
	})
	s.look(t, 10*time.Second)
	assert.Equal(t, 0.0, s.replicas())
	s.look(t, 12*time.Second)
	assert.Equal(t, 3.0, s.replicas())
}

func TestTriesAgain(t *testing.T) {
	s := newStage(t)
	s.inject(t, time.Second)
	down := true
	s.Meet(func(method, _ string) int {
		if down && method == http.MethodPatch {
			return http.StatusServiceUnavailable
		}
		return 0
	})
	s.reaper.account.told = s.said(mark.WantedKey).(string)
	for after := 5 * time.Second; after < 2*time.Minute; after += time.Second {
		assert.False(t, s.look(t, after), "a claim that stands keeps it, however long it was wanted")
	}
	tries := 0
	for _, request := range s.Requests() {
		if strings.HasPrefix(request, "PATCH "+workload) {
			tries++
		}
	}
	assert.Less(t, tries, 30, "it does not ask a failing server all the time")
	down = false
	s.look(t, 3*time.Minute)
	assert.Equal(t, 3.0, s.replicas())
}

// TestAnswersEveryWish: also while claims stand, as the next fault waits for it.
func TestAnswersEveryWish(t *testing.T) {
	s := newStage(t)
	s.inject(t, time.Minute)
	s.look(t, 0)
	next := mark.Wanted(s.now.Add(time.Second), time.Minute)
	s.want(next)
	assert.NotEqual(t, next, s.said(mark.WatchingKey), "a reaper that does not look says nothing")
	s.look(t, 2*time.Second)
	assert.Equal(t, next, s.said(mark.WatchingKey))
}

// TestKeepsItsRights: a runner that asks before the reaper has said that it goes finds
// one that can still undo; one that asks later can read that it goes.
func TestKeepsItsRights(t *testing.T) {
	s := newStage(t)
	s.look(t, 0)
	asked := false
	s.Meet(func(method, path string) int {
		if method == http.MethodPatch && path == accountAt && !asked {
			asked = true
			s.want(mark.Wanted(s.now.Add(time.Hour), time.Minute))
		}
		return 0
	})
	assert.False(t, s.look(t, time.Hour))
	assert.Contains(t, s.Paths(), roleAt)
	assert.Nil(t, s.said(mark.LeavingKey))

	s.Meet(func(method, path string) int {
		if method == http.MethodDelete && path == roleAt {
			assert.Equal(t, "true", s.said(mark.LeavingKey), "before any right is given back")
			s.want(mark.Wanted(s.now.Add(2*time.Hour), time.Minute))
		}
		return 0
	})
	s.look(t, time.Hour+time.Second)
	assert.True(t, s.look(t, 2*time.Hour))
	assert.Equal(t, []string{workload}, s.Paths())
}

// TestEndedBetweenItsRoleAndItsAccount: with the role went the right to delete it, and the server refuses what it
// would not find.
func TestEndedBetweenItsRoleAndItsAccount(t *testing.T) {
	s := newStage(t)
	s.look(t, 0)
	down := true
	s.Meet(func(method, path string) int {
		switch {
		case method == http.MethodDelete && path == roleAt && s.Get(roleAt) == nil:
			return http.StatusForbidden
		case method == http.MethodDelete && path == accountAt && down:
			return http.StatusServiceUnavailable
		}
		return 0
	})
	gone, err := s.reaper.look(t.Context(), s.now.Add(time.Hour))
	require.Error(t, err)
	assert.False(t, gone)
	require.NotContains(t, s.Paths(), roleAt)
	down = false
	assert.True(t, s.look(t, time.Hour+time.Second))
	assert.Equal(t, []string{workload}, s.Paths())
}

// TestRightsThatWereTakenAway: of several cluster roles one is refused, and the others and the account go.
func TestRightsThatWereTakenAway(t *testing.T) {
	s := newStage(t)
	const other = roleAt + "d"
	s.Put(other, map[string]any{})
	s.Edit(accountAt, func(o map[string]any) { annotationsOf(o)[mark.ClusterRolePrefix+"abcd"] = "gameday-reaper-1-abcd" })
	s.look(t, 0)
	s.Meet(func(method, path string) int {
		if method == http.MethodDelete && path == roleAt {
			return http.StatusForbidden
		}
		return 0
	})
	assert.True(t, s.look(t, time.Hour))
	assert.Equal(t, []string{workload, roleAt}, s.Paths())
}

// TestOthersClaims are left alone: another run's, one that can't be read, and what was
// done to nodes.
func TestOthersClaims(t *testing.T) {
	s := newStage(t)
	other := claim.Claim{ID: "other", Run: "another", Targets: []claim.Target{{Kind: "pod", Name: "shop/x", UID: "x"}}, Deadline: time.Now()}
	nodes := claim.Claim{ID: "node", Run: "run", Targets: []claim.Target{{Kind: "pod", Name: "shop/y", UID: "y"}}, Deadline: time.Now(), Nodes: []claim.NodeStep{{Node: "n"}}}
	require.NoError(t, s.reaper.Store.Take(t.Context(), other))
	require.NoError(t, s.reaper.Store.Take(t.Context(), nodes))
	s.Put(claim.Path("shop", "bad"), map[string]any{"metadata": map[string]any{"name": "gameday-bad", "namespace": "shop", "labels": map[string]any{claim.Label: "true", undo.LabelRun: "run"}}})
	assert.False(t, s.look(t, 10*time.Second))
	assert.True(t, s.look(t, 2*time.Minute))
	for _, id := range []string{"other", "node", "bad"} {
		assert.Contains(t, s.Paths(), claim.Path("shop", id))
	}
}

// TestRun survives an API server that is away, and ends with its context.
func TestRun(t *testing.T) {
	s := newStage(t)
	var down atomic.Bool
	var refused atomic.Int64
	down.Store(true)
	s.Meet(func(string, string) int {
		if down.Load() {
			refused.Add(1)
			return http.StatusInternalServerError
		}
		return 0
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.reaper.Run(ctx) }()
	require.Eventually(t, func() bool { return refused.Load() > 3 }, 5*time.Second, time.Millisecond)
	down.Store(false)
	require.Eventually(t, func() bool {
		return s.Get(accountAt)["metadata"].(map[string]any)["annotations"].(map[string]any)[mark.WatchingKey] != nil
	}, 5*time.Second, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
}

// TestTokenIsReadAgain: Kubernetes replaces it before it expires.
func TestTokenIsReadAgain(t *testing.T) {
	var got []string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Authorization"))
		_, _ = w.Write([]byte("{}"))
	}))
	defer server.Close()
	dir := t.TempDir()
	_, err := connect(server.URL, dir)
	require.ErrorContains(t, err, "certificate authority")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.crt"), []byte("none"), 0o600))
	_, err = connect(server.URL, dir)
	require.ErrorContains(t, err, "expected certificates in PEM")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.crt"), pemOf(server), 0o600))
	api, err := connect(server.URL, dir)
	require.NoError(t, err)
	defer api.HTTP.CloseIdleConnections()
	for _, token := range []string{"first\n", "second"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "token"), []byte(token), 0o600))
		_, err = api.Get(t.Context(), "/")
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"Bearer first", "Bearer second"}, got)
}

func pemOf(server *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}

func TestArguments(t *testing.T) {
	assert.Equal(t, 1, Main(nil, &discard{}))
	assert.Equal(t, 1, Main([]string{"--run", "r", "--namespace", "n", "--name", "x", "more"}, &discard{}))
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	var out discard
	assert.Equal(t, 1, Main([]string{"--run", "r", "--namespace", "n", "--name", "x"}, &out))
	assert.Contains(t, string(out), "a reaper works inside a cluster")
}

type discard []byte

func (d *discard) Write(p []byte) (int, error) { *d = append(*d, p...); return len(p), nil }
