package kubernetes

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const halfReaper = "/api/v1/namespaces/default/serviceaccounts/gameday-reaper-half"

// putHalfReaper is what a run leaves that was killed before the reaper of a fault on
// nodes was whole.
func (s *swept) putHalfReaper(run string) {
	s.Put(halfReaper, map[string]any{"metadata": map[string]any{
		"name": "gameday-reaper-half", "namespace": "default", "labels": map[string]any{undo.LabelRun: run, mark.Component: mark.Reaper},
	}})
}

// TestReapersOutsideTheFence: those of faults on nodes stand in default, whatever the
// fence, and are found and removed from there.
func TestReapersOutsideTheFence(t *testing.T) {
	h := handle{Run: "dead"}
	for name, remove := range map[string]func(t *testing.T, s *swept){
		"down": func(t *testing.T, _ *swept) {
			t.Helper()
			require.NoError(t, New().clean(t.Context(), h))
		},
		"sweep": func(t *testing.T, s *swept) {
			t.Helper()
			found, _ := s.sweep(providers.SweepRequest{Run: "dead"})
			assert.True(t, found["reaper "].Undone, "%+v", found)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSwept(t)
			h.Access = s.access
			s.putHalfReaper("dead")
			left, err := New().leftovers(t.Context(), h)
			require.NoError(t, err)
			assert.Equal(t, []string{"serviceaccount default/gameday-reaper-half"}, left)
			remove(t, s)
			assert.Nil(t, s.Get(halfReaper))
		})
	}
}

// TestWhoMayNotLookIntoDefault: has put nothing there.
func TestWhoMayNotLookIntoDefault(t *testing.T) {
	s := newSwept(t)
	s.Meet(func(_, path string) int {
		if strings.Contains(path, "/namespaces/default/") {
			return http.StatusForbidden
		}
		return 0
	})
	h := handle{Run: "dead", Access: s.access}
	require.NoError(t, New().clean(t.Context(), h))
	left, err := New().leftovers(t.Context(), h)
	require.NoError(t, err)
	assert.Empty(t, left)
}

const (
	farRole     = "/apis/rbac.authorization.k8s.io/v1/clusterroles/gameday-reaper-far"
	farBinding  = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/gameday-reaper-far"
	nearRole    = "/apis/rbac.authorization.k8s.io/v1/clusterroles/gameday-reaper-near"
	nearAccount = "/api/v1/namespaces/shop/serviceaccounts/gameday-reaper-near"
)

// putReaper is what a run's reaper consists of in a namespace, or outside of all.
func (s *swept) putReaper(path, run, namespace, home string) {
	labels := map[string]any{undo.LabelRun: run, mark.Component: mark.Reaper}
	if home != "" {
		labels[mark.Home] = home
	}
	s.Put(path, map[string]any{"metadata": map[string]any{"name": path[strings.LastIndex(path, "/")+1:], "namespace": namespace, "labels": labels}})
}

// TestSweepLeavesReapersOfOtherNamespacesTheirRights: who may not read the claims elsewhere does not know what the cluster
// roles of the reapers there are for. Without them, faults would stay after their deadlines.
func TestSweepLeavesReapersOfOtherNamespacesTheirRights(t *testing.T) {
	for name, hidden := range map[string]string{"claims are seen": "", "claims elsewhere are not": "/leases", "nor those in default": "/namespaces/default/leases"} {
		t.Run(name, func(t *testing.T) {
			s := newSwept(t)
			s.claims("far", "bank")
			s.putReaper(farRole, "run-far", "", "bank")
			s.putReaper(farBinding, "run-far", "", "bank")
			s.putHalfReaper("other")
			s.putReaper(nearRole, "run-near", "", "shop")
			s.putReaper(nearAccount, "run-near", "shop", "")
			s.Meet(func(_, path string) int {
				if strings.HasSuffix(path, "coordination.k8s.io/v1/leases") && hidden != "" || strings.Contains(path, "/namespaces/default/leases") && strings.Contains(hidden, "default") {
					return http.StatusForbidden
				}
				return 0
			})
			s.sweep(providers.SweepRequest{Alive: true})
			assert.NotNil(t, s.Get(farRole))
			assert.NotNil(t, s.Get(farBinding))
			assert.Nil(t, s.Get(nearRole), "it belongs to a reaper here")
			assert.Nil(t, s.Get(nearAccount))
			assert.Equal(t, strings.Contains(hidden, "default"), s.Get(halfReaper) != nil, "a claim may stand in default")

			s.sweep(providers.SweepRequest{Run: "other"})
			assert.Equal(t, strings.Contains(hidden, "default"), s.Get(halfReaper) != nil, "nobody has said that its run is dead")
			s.sweep(providers.SweepRequest{Alive: true, Run: "other"})
			assert.Nil(t, s.Get(halfReaper), "somebody knows that its run is dead")
		})
	}
}

// TestDownLeavesTheReapersOfOtherEnvironmentsTheirRights: one run may have several environments on one cluster, each with
// its fence. What ends with one of them is not the others'.
func TestDownLeavesTheReapersOfOtherEnvironmentsTheirRights(t *testing.T) {
	s := newSwept(t)
	s.putReaper(farRole, "run", "", "bank")
	s.putReaper(farBinding, "run", "", "bank")
	s.putReaper(nearRole, "run", "", "shop")
	s.putReaper(nearAccount, "run", "shop", "")
	h := handle{Run: "run", Access: s.access}
	left, err := New().leftovers(t.Context(), h)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"clusterrole gameday-reaper-near", "serviceaccount shop/gameday-reaper-near"}, left)
	require.NoError(t, New().clean(t.Context(), h))
	assert.NotNil(t, s.Get(farRole))
	assert.NotNil(t, s.Get(farBinding))
	assert.Nil(t, s.Get(nearRole))
	assert.Nil(t, s.Get(nearAccount))
}

// TestDownKeepsReapersWhereClaimsCannotBeRead: some fault may need them. A claim that can be read, but not understood,
// is one all the same. Who may not look into default, as with the least roles, has its reapers removed where it may.
func TestDownKeepsReapersWhereClaimsCannotBeRead(t *testing.T) {
	const all = "/apis/coordination.k8s.io/v1/leases"
	of := func(namespace string) string { return strings.TrimSuffix(claim.Path(namespace, ""), "/gameday-") }
	for name, c := range map[string]struct {
		fence  []string
		hidden []string // collections of claims
		claim  any      // in shop, if any
		stays  bool
		want   string // part of the error
	}{
		"none is hidden":               {[]string{"shop"}, nil, nil, false, ""},
		"those in default are":         {[]string{"shop"}, []string{all, of("default")}, nil, false, ""},
		"those of another namespace":   {[]string{"bank", "shop"}, []string{all, of("bank")}, nil, false, ""},
		"those beside it are":          {[]string{"bank", "shop"}, []string{all, of("shop")}, nil, true, ""},
		"without a fence, one by one":  {nil, []string{all}, nil, false, ""},
		"without a fence, none":        {nil, []string{all, of("shop")}, nil, true, ""},
		"without a fence, and a claim": {nil, []string{all}, `{"id":"X","run":"run","address":"experiment.x.fault.y","deadline":"2100-01-01T00:00:00Z"}`, true, ""},
		"a claim":                      {[]string{"bank", "shop"}, []string{of("bank")}, `{"id":"X","run":"run","address":"experiment.x.fault.y","deadline":"2100-01-01T00:00:00Z"}`, true, "experiment.x.fault.y"},
		"a claim that is over":         {[]string{"shop"}, nil, `{"id":"X","run":"run","address":"experiment.x.fault.y","deadline":"2001-01-01T00:00:00Z"}`, false, ""},
		"a claim that can't be read":   {[]string{"shop"}, nil, "of a later version", true, "shop/gameday-x"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSwept(t)
			s.access.Namespaces = c.fence
			s.putReaper(nearAccount, "run", "shop", "")
			s.putReaper(nearRole, "run", "", "shop")
			if c.claim != nil {
				s.Put(claim.Path("shop", "X"), map[string]any{"metadata": map[string]any{
					"name": "gameday-x", "namespace": "shop", "labels": map[string]any{claim.Label: "true", undo.LabelRun: "run"}, "annotations": map[string]any{claim.Annotation: c.claim},
				}})
			}
			s.Meet(func(_, path string) int {
				if slices.Contains(c.hidden, path) {
					return http.StatusForbidden
				}
				return 0
			})
			err := New().clean(t.Context(), handle{Run: "run", Access: s.access})
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, errClaimed)
				require.ErrorContains(t, err, c.want)
			}
			assert.Equal(t, c.stays, s.Get(nearAccount) != nil)
			assert.Equal(t, c.stays, s.Get(nearRole) != nil)
			assert.Equal(t, c.stays && c.claim != nil, s.Get(claim.Path("shop", "X")) != nil, "the claim")
		})
	}
}

// TestDownSaysWhyAFaultThatIsOverCannotBeUndone: it is tried, as its run may have noted its end.
func TestDownSaysWhyAFaultThatIsOverCannotBeUndone(t *testing.T) {
	s := newSwept(t)
	s.Put(claim.Path("shop", "X"), map[string]any{"metadata": map[string]any{
		"name": "gameday-x", "namespace": "shop", "labels": map[string]any{claim.Label: "true", undo.LabelRun: "run"},
		"annotations": map[string]any{claim.Annotation: `{"id":"X","run":"run","address":"experiment.x.fault.y","deadline":"2001-01-01T00:00:00Z","steps":[{"kind":"melt","path":"/api/v1/nodes/a"}]}`},
	}})
	err := New().clean(t.Context(), handle{Run: "run", Access: s.access})
	require.ErrorIs(t, err, errClaimed)
	require.ErrorContains(t, err, `unknown kind of step "melt"`)
	assert.NotNil(t, s.Get(claim.Path("shop", "X")))
}

// TestSweepKeepsReapersOfClaimsThatItCannotRead: a newer gameday has written them.
func TestSweepKeepsReapersOfClaimsThatItCannotRead(t *testing.T) {
	s := newSwept(t)
	s.putReaper(nearAccount, "run-near", "shop", "")
	s.Put(claim.Path("shop", "X"), map[string]any{"metadata": map[string]any{
		"name": "gameday-x", "namespace": "shop", "labels": map[string]any{claim.Label: "true", undo.LabelRun: "run-near"}, "annotations": map[string]any{claim.Annotation: "of a later version"},
	}})
	found, _ := s.sweep(providers.SweepRequest{Alive: true})
	assert.Equal(t, "faults of its run are in place", found["reaper "].Kept)
	assert.NotNil(t, s.Get(nearAccount))
}
